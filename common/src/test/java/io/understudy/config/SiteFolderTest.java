package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteFolderTest {
    private static final String BLOG = """
            site: blog
            state: /var/lib/understudy/blog
            marker: /etc/understudy/blog.BACKUP
            database: {url: "jdbc:postgresql://localhost/blog", user: blog}
            trees: [{name: media, kind: files, path: /srv/blog}]
            filestore: {url: "s3://backups/blog", endpoint: "http://store.example.net"}
            primary: {listen: "127.0.0.1:7443", http: "127.0.0.1:9464"}
            replica: {http: "127.0.0.1:9465"}
            """;

    private static final String SHOP = """
            site: shop
            state: /var/lib/understudy/shop
            marker: /etc/understudy/shop.BACKUP
            database: {url: "jdbc:postgresql://localhost/shop", user: shop}
            trees: [{name: media, kind: files, path: /srv/shop}]
            filestore: {url: "s3://backups/shop", endpoint: "http://store.example.net"}
            primary: {listen: "127.0.0.1:7444", http: "127.0.0.1:9474"}
            replica: {http: "127.0.0.1:9475"}
            """;

    @TempDir
    Path folder;

    private List<String> shared(String shop) throws IOException {
        Files.writeString(folder.resolve("blog.yaml"), BLOG);
        Files.writeString(folder.resolve("shop.yaml"), shop);
        SiteFolder sites = SiteFolder.of(folder);
        return sites.shared(sites.load("shop"));
    }

    @Test
    void sitesOfTheSameServersThatShareNothing() throws IOException {
        assertThat(shared(SHOP)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/var/lib/understudy/shop | /var/lib/understudy/blog | state is state of blog: /var/lib/understudy/blog",
                "/var/lib/understudy/shop | /var/lib/understudy | state (/var/lib/understudy) meets state of blog (/var/lib/understudy/blog)",
                "/etc/understudy/shop.BACKUP | /etc/understudy/blog.BACKUP | marker is marker of blog: /etc/understudy/blog.BACKUP",
                "localhost/shop | 127.0.0.1:5432/blog | database is database of blog: localhost:5432/blog",
                "/srv/shop | /srv/blog/media | trees.media (/srv/blog/media) meets trees.media of blog (/srv/blog)",
                "/srv/shop | /srv/blog/../blog | trees.media is trees.media of blog: /srv/blog",
                "/srv/shop | /var/lib/understudy/blog | trees.media is state of blog: /var/lib/understudy/blog",
                "s3://backups/shop | s3://backups/blog/ | filestore is filestore of blog: s3://backups at store.example.net/blog",
                "s3://backups/shop | s3://backups | filestore (s3://backups at store.example.net) meets filestore of blog (s3://backups at store.example.net/blog)",
                "127.0.0.1:7444 | localhost:7443 | primary.listen is primary.listen of blog: port 7443/127.0.0.1",
                "127.0.0.1:9474 | 0.0.0.0:9465 | primary.http (port 9465) meets replica.http of blog (port 9465/127.0.0.1)",
            })
    void whatTwoSitesMustNotShare(String own, String others, String said) throws IOException {
        assertThat(shared(SHOP.replace(own, others))).contains(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3://backups/shop\", endpoint: \"http://store.example.net | s3://backups/blog\", endpoint: \"http://other.example.net",
                "127.0.0.1:9474 | 127.0.0.1:0",
                "localhost/shop | localhost:5433/blog",
                "127.0.0.1:9474 | 127.0.0.2:9464",
            })
    void whatOnlyLooksShared(String own, String others) throws IOException {
        assertThat(SHOP).contains(own);
        assertThat(shared(SHOP.replace(own, others))).isEmpty();
    }

    @Test
    void databasesOfOtherKindsAndBucketsOfAssetsToo() throws IOException {
        String others = "databases: [{name: wiki, preset: sqlite, path: /srv/wiki.db},"
                + " {name: crm, preset: mariadb, schema: crm}]\n";
        shared(SHOP);
        Files.writeString(folder.resolve("blog.yaml"), assets(BLOG, "blog", "s3://media") + others);
        Files.writeString(folder.resolve("shop.yaml"), assets(SHOP, "shop", "s3://media/shop") + others);
        SiteFolder sites = SiteFolder.of(folder);

        assertThat(sites.shared(sites.load("shop")))
                .containsExactlyInAnyOrder(
                        "databases.wiki is databases.wiki of blog: /srv/wiki.db",
                        "databases.crm is databases.crm of blog: mariadb/crm",
                        "trees.media.bucket (s3://media at store.example.net/shop) meets trees.media.bucket of"
                                + " blog (s3://media at store.example.net)");
    }

    private static String assets(String yaml, String site, String url) {
        return yaml.replace(
                "{name: media, kind: files, path: /srv/" + site + "}",
                "{name: media, kind: bucket, path: /srv/" + site + ", bucket: {url: \"" + url
                        + "\", endpoint: \"http://store.example.net\"}}");
    }

    @Test
    void linksAreFollowed() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        Files.writeString(
                folder.resolve("blog.yaml"),
                BLOG.replace("/srv/blog", link.resolve("media").toString()));
        Files.writeString(
                folder.resolve("shop.yaml"),
                SHOP.replace("/srv/shop", real.resolve("media").toString()));
        SiteFolder sites = SiteFolder.of(folder);

        List<String> shared = sites.shared(sites.load("shop"));
        assertThat(shared).singleElement().asString().startsWith("trees.media is trees.media of blog");
        assertThatThrownBy(() -> SitePlaces.requireNone("shop", shared))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("cannot run shop next to the other sites: trees.media is");
    }

    @Test
    void oneThatCannotBeReadHidesNoOther() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), "sight: a\n");

        assertThat(shared(SHOP.replace("7444", "7443"))).hasSize(1);
        assertThatThrownBy(() -> SiteFolder.of(folder).load("a")).hasMessageContaining("a.yaml");
    }

    @Test
    void theNameOfTheFileIsTheSites() throws IOException {
        shared(SHOP);
        Files.writeString(folder.resolve(".hidden.yaml"), "");
        Files.writeString(folder.resolve("README"), "");
        SiteFolder sites = SiteFolder.of(folder);

        assertThat(sites.names()).containsExactly("blog", "shop");
        assertThatThrownBy(() -> sites.load("shpo"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, why -> assertThat(why.hint()).isEqualTo("did you mean --site shop?"))
                .hasMessageContaining("it has blog, shop");
        Files.writeString(folder.resolve("shop.yaml"), BLOG);
        assertThatThrownBy(() -> sites.load("shop")).hasMessageContaining("shop.yaml: its site is blog");
    }

    @Test
    void aFolderThatIsNotOneOfConfigurations() throws IOException {
        assertThatThrownBy(() -> SiteFolder.of(folder)).hasMessageContaining("it holds no configuration");
        assertThatThrownBy(() -> SiteFolder.of(folder.resolve("none"))).hasMessageContaining("cannot use the folder");
        Files.writeString(folder.resolve("Shop.yaml"), SHOP);
        assertThatThrownBy(() -> SiteFolder.of(folder)).hasMessageContaining("Shop is no name of a site");
        Files.move(folder.resolve("Shop.yaml"), folder.resolve("shop.yml"));
        assertThatThrownBy(() -> SiteFolder.of(folder)).hasMessageContaining("shop.yml would not be read");
    }
}
