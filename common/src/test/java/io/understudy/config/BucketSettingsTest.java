package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketSettingsTest {
    @TempDir
    Path temp;

    @Test
    void readsBothPlacesAndThePolicy() throws IOException {
        TreeSettings tree = read("""
                          kind: bucket
                          bucket:
                            url: s3://one/a
                            second: s3://one/b
                            endpoint: http://127.0.0.1:9000
                            access_key: key
                            secret_key: secret
                            timeout: 5s
                        """).trees().get(0);

        assertThat(tree.kind()).isEqualTo(TreeKind.BUCKET);
        TreeSource.Bucket bucket = tree.bucket().orElseThrow();
        assertThat(bucket.first().url()).hasToString("s3://one/a");
        assertThat(bucket.second().orElseThrow().url()).hasToString("s3://one/b");
        assertThat(bucket.first().s3().endpoint().pathStyle()).isTrue();
        assertThat(bucket.first().timeout()).hasSeconds(5);
        assertThat(read("  kind: bucket\n  policy: record\n  bucket: {url: 's3://one'}\n")
                        .trees()
                        .get(0)
                        .kind())
                .isEqualTo(TreeKind.INVENTORY);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThat(fault("  kind: bucket\n")).contains("trees[1].bucket.url is missing");
        assertThat(fault("  kind: files\n  policy: record\n"))
                .contains("kind is not bucket, but policy or bucket is set");
        assertThat(fault("  kind: bucket\n  bucket: {url: 's3://one', second: 's3://one/b'}\n"))
                .contains("the same place, or one lies in the other");
        assertThat(fault("  kind: bucket\n  bucket: {url: 's3://one/a b'}\n")).contains("url must be");
        assertThat(fault("  kind: bucket\n  bucket: {url: 's3://one" + "/a".repeat(20_000) + "/?'}\n"))
                .contains("url must be");
        assertThat(fault("  kind: bucket\n  bucket: {url: 's3://one', access_key: x}\n"))
                .contains("access_key and secret_key go together");
        assertThat(fault("  kind: bucket\n  bucket: {url: 's3://one', access_key: x, secret_key: hush,"
                        + " credentials: file}\n"))
                .contains("credentials is not settings")
                .doesNotContain("hush");
        assertThat(
                        fault(
                                "  kind: bucket\n  bucket: {url: 's3://one'}\nrewrite:\n- {tree: t, path: '*', from: a, to: '${bucket.x.name}'}\n"))
                .contains("holds ${bucket.x.name}, which is no variable");
    }

    /** An import deletes in all of a place what its snapshot lacks. */
    @Test
    void refusesPlacesThatLieInEachOther() throws IOException {
        String meets = "or one lies in the other";
        String one = "  kind: bucket\n  bucket: {url: 's3://one/a', second: 's3://one/b', endpoint: '%s'}\n"
                + "- name: u\n  path: /srv/site/u\n";
        String other = "  kind: bucket\n  bucket: {url: 's3://%s', second: 's3://two', endpoint: '%s'}\n";
        for (String address : List.of(
                "https://S3.Example.net",
                "https://s3.example.net:443/",
                "http://s3.example.net:80",
                "https://s3.example.net.")) {
            String tree = one.formatted("https://s3.example.net") + other.formatted("one/b/c", address);
            assertThat(fault(tree)).contains("trees[2].bucket.url", "tree t, s3://one/b", meets);
        }
        assertThat(fault(one.formatted("https://s3.eu-west-1.amazonaws.com")
                        + "  kind: bucket\n  bucket: {url: 's3://one'}\n"))
                .contains(meets);
        assertThat(read(one.formatted("https://s3.example.net") + other.formatted("one/c", "https://s3.example.net"))
                        .trees())
                .hasSize(2);
        assertThat(read(one.formatted("https://s3.example.net") + other.formatted("one/b", "https://s3.example.org"))
                        .trees())
                .hasSize(2);
    }

    @Test
    void refusesAPlaceInTheFilestore() {
        assertThat(fault(
                        "  kind: bucket\n  bucket: {url: 's3://backups', endpoint: 'https://s3.example.net'}\n",
                        "url: 's3://backups/understudy', endpoint: 'https://s3.example.net:443'"))
                .contains("the filestore s3://backups/understudy, or one lies in the other");
    }

    private String fault(String tree, String filestore) {
        return catchThrowableOfType(UnderstudyException.class, () -> read(tree, filestore))
                .getMessage();
    }

    private String fault(String tree) {
        return catchThrowableOfType(UnderstudyException.class, () -> read(tree)).getMessage();
    }

    private Settings read(String tree) throws IOException {
        return read(tree, "url: 'file:///srv/backups'");
    }

    private Settings read(String tree, String filestore) throws IOException {
        Path file = temp.resolve("understudy.yaml");
        Files.writeString(file, """
                site: example
                marker: /srv/site/BACKUP
                database: {url: "jdbc:postgresql://localhost/site", user: site}
                filestore: {%s}
                trees:
                - name: t
                  path: /srv/site/t
                """.formatted(filestore) + tree);
        return SettingsFile.load(file, Map.of());
    }
}
