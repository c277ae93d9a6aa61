package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same facts in an empty environment are held by the tests of the whole way. */
class RawPathsTest {
    @TempDir
    Path temp;

    @Test
    void keepsEveryByteOfAPath() {
        byte[] raw = new byte[1 + 255 - 1];
        raw[0] = '/';
        int at = 1;
        for (int b = 1; b < 256; b++) {
            if (b != '/') {
                raw[at++] = (byte) b;
            }
        }
        assertThat(RawPaths.bytes(RawPaths.absolute(raw))).isEqualTo(raw);
    }

    @Test
    void keepsEveryByteOnDisk() throws Exception {
        byte[] name = {(byte) 0xff, ' ', '%', (byte) 0xe9, '\n'};
        TreeRoot root = TreeRoot.of(temp);
        Files.write(root.resolve(SafePath.of(name)), new byte[] {1});
        try (var listed = Files.newDirectoryStream(temp)) {
            Path found = listed.iterator().next();
            assertThat(RawPaths.bytes(found.getFileName())).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "../a",
                "/",
                "/abs",
                "a/",
                "\u00e9",
                "\u00e9/",
                "/\u00e9/",
                ".",
                "..",
                "./x/../y",
                "a b%20",
                "//"
            })
    void makesALinkWithTheSameTarget(String text) throws Exception {
        LinkTarget target = LinkTarget.of(text.getBytes(StandardCharsets.UTF_8));
        Path link = temp.resolve("link");
        target.create(link);
        assertThat(LinkTarget.read(link).sameAs(target)).isTrue();
        if (!text.contains("//")) {
            assertThat(LinkTarget.read(link)).isEqualTo(target);
        }
    }

    @Test
    void tellsALinkToAFolderFromOneWithASlashAtItsEnd() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("\u00e9"));
        byte[] plain = RawPaths.bytes(folder);
        LinkTarget.of(plain).create(temp.resolve("link"));
        assertThat(LinkTarget.read(temp.resolve("link")).bytes()).isEqualTo(plain);
    }

    @Test
    void squeezesSlashesOfALink() throws Exception {
        LinkTarget target = LinkTarget.of("x//y".getBytes(StandardCharsets.UTF_8));
        target.create(temp.resolve("link"));
        assertThat(LinkTarget.read(temp.resolve("link")).sameAs(target)).isTrue();
        assertThat(Files.isSymbolicLink(temp.resolve("link"))).isTrue();
        assertThat(Files.exists(temp.resolve("link"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }

    @Test
    void readsAConfiguredPathAsUtf8() {
        assertThat(RawPaths.bytes(RawPaths.path("/srv/m\u00e9dia")))
                .isEqualTo("/srv/m\u00e9dia".getBytes(StandardCharsets.UTF_8));
        assertThat(RawPaths.path("m\u00e9dia/x").toString()).endsWith("/m\u00e9dia/x");
        assertThat(RawPaths.path("/srv/media")).isEqualTo(Path.of("/srv/media"));
    }
}
