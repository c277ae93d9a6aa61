package io.understudy.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RiskyEntriesTest {
    private static final Path ROOT = Path.of("/srv/site/media");

    @ParameterizedTest
    @CsvSource({
        "a, b",
        "a, ./b//c/.",
        "a, .",
        "a, /srv/site/media",
        "a, /srv//site/media/b",
        "d/a, ..",
        "d/a, ../b",
        "d/e/a, ../../b",
        "d/e/a, .././../b",
    })
    void staysInside(String link, String target) {
        assertThat(RiskyEntries.isOutward(link(link, target), ROOT)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a, ..",
        "a, ../b",
        "a, ./../b",
        "a, /",
        "a, /etc/shadow",
        "a, /srv/site",
        "a, /srv/site/media2/b",
        "a, /srv/site/media/../b",
        "d/a, ../../b",
        "d/a, ../..",
        // By names alone it stays inside, but b may be a link to a folder that lies higher.
        "d/e/a, b/../../c",
        "d/e/a, ../b/../c",
    })
    void mayLeave(String link, String target) {
        assertThat(RiskyEntries.isOutward(link(link, target), ROOT)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0755, false", "01755, false", "04755, true", "02644, true", "06000, true"})
    void knowsFilesThatGiveRights(String mode, boolean risky) {
        int bits = Integer.parseInt(mode, 8);
        assertThat(RiskyEntries.isSetId(file("a", bits))).isEqualTo(risky);
        assertThat(RiskyEntries.isSetId(new TreeEntry.Folder(SafePath.of("a"), attributes(bits))))
                .as("the bits of a folder only choose the group of what is made in it")
                .isFalse();
        assertThat(RiskyEntries.withoutSetId(bits)).isEqualTo(bits & 01777);
    }

    @Test
    void saysWhatBecomesOfThem() {
        RiskyEntries found = new RiskyEntries(ROOT);
        assertThat(found.text(false, false)).isEmpty();
        found.add(file("plain", 0644));
        found.add(file("bin/su", 04755));
        found.add(link("out", "/etc"));
        found.add(link("out2", "/etc"));
        assertThat(found.text(false, false))
                .contains(
                        "1 set-uid or set-gid file without these bits, 2 links that may leave the tree left out; the first is bin/su");
        assertThat(found.text(true, true))
                .contains("1 set-uid or set-gid file kept, 2 links that may leave the tree kept; the first is bin/su");
    }

    private static TreeEntry link(String path, String target) {
        return new TreeEntry.Link(
                SafePath.of(path), attributes(0777), LinkTarget.of(target.getBytes(StandardCharsets.UTF_8)));
    }

    private static TreeEntry file(String path, int mode) {
        return new TreeEntry.File(SafePath.of(path), attributes(mode), 0, ContentHash.ofContent(new byte[0], 0, 0));
    }

    private static Attributes attributes(int mode) {
        return new Attributes(mode, Instant.EPOCH, "root", "root");
    }
}
