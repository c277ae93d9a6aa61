package io.understudy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.FileStat;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OwnStagingTest {
    private static final Instant MODIFIED = Instant.ofEpochSecond(7);
    private static final TreeEntry.File FILE = new TreeEntry.File(
            SafePath.of("a"), new Attributes(0644, MODIFIED, "root", "root"), 10, ContentHash.of(new byte[32]));

    private final OwnStaging own =
            new OwnStaging("1-00000001-00000001", Instant.ofEpochSecond(1000), Instant.ofEpochSecond(1010));

    @Test
    void whatItWroteIsNotReadAgain() {
        assertThat(own.wrote(stat(10, MODIFIED, 1000), FILE)).isTrue();
        assertThat(own.wrote(stat(10, MODIFIED, 1010), FILE)).isTrue();
    }

    @Test
    void whatAnEarlierProcessLeftIsReadAgain() {
        assertThat(own.wrote(stat(10, MODIFIED, 999), FILE)).isFalse();
    }

    @Test
    void whatWasChangedSinceIsReadAgain() {
        assertThat(own.wrote(stat(10, MODIFIED, 1011), FILE)).isFalse();
        assertThat(own.wrote(stat(10, MODIFIED.plusNanos(1), 1005), FILE)).isFalse();
        assertThat(own.wrote(stat(11, MODIFIED, 1005), FILE)).isFalse();
    }

    private static FileStat stat(long size, Instant modified, long changed) {
        return new FileStat(0100644, 1, 2, 0, 0, size, modified, Instant.ofEpochSecond(changed));
    }
}
