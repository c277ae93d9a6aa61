package io.understudy.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as pg_dump 12 to 18 write them, made by hand: real ones are read in {@code DumpRoundTripTest}. */
class ArchiveStreamTest {
    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16})
    void readsEntriesOfAllVersions(int minor) throws IOException {
        List<ArchiveItem> items = ArchiveStream.items(new ByteArrayInputStream(SampleArchive.of(minor)), "UTF8");
        assertThat(items)
                .extracting(
                        ArchiveItem::id, ArchiveItem::kind, ArchiveItem::name, ArchiveItem::owner, ArchiveItem::byHash)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(7, "TABLE", "name of TABLE", "größe", true),
                        org.assertj.core.groups.Tuple.tuple(-8, "VIEW", "name of VIEW", "größe", false));
        assertThat(items.get(1).needs()).containsExactlyInAnyOrder(7, 5);
    }

    @Test
    void readsWhatTheArchiveHolds() throws IOException {
        ArchiveStream stream = ArchiveStream.open(new ByteArrayInputStream(SampleArchive.of(15)), "UTF8");
        while (stream.hasNext()) {
            stream.next();
        }
        ArchiveStream.Block block = stream.block();
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        block.copy(rows);
        assertThat(block.id()).isEqualTo(9);
        assertThat(rows.toString(StandardCharsets.US_ASCII)).isEqualTo("1\n2");
        assertThat(stream.block()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0, it is no archive of pg_dump", "6, its version is 1.99", "8, its version is 1.15"})
    void refusesWhatItDoesNotKnow(int place, String why) {
        byte[] bytes = SampleArchive.of(15);
        bytes[place] = 99;
        assertThatThrownBy(() -> ArchiveStream.items(new ByteArrayInputStream(bytes), "UTF8"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN))
                .hasMessage("cannot read the snapshot's archive: " + why);
    }

    @Test
    void refusesATruncatedOne() {
        byte[] bytes = SampleArchive.of(16);
        for (int length : new int[] {0, 4, 9, 30, 60, 100, bytes.length - 40}) {
            assertThatThrownBy(
                            () -> ArchiveStream.items(new ByteArrayInputStream(Arrays.copyOf(bytes, length)), "UTF8"))
                    .hasMessage("cannot read the snapshot's archive: it is truncated");
        }
    }
}
