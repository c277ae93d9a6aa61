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
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as pg_dump 12 to 18 write them, made by hand: real ones are read in {@code DumpRoundTripTest}. */
class ArchiveStreamTest {
    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

    private byte[] archive(int minor) {
        write("PGDMP".getBytes(StandardCharsets.US_ASCII));
        write(1, minor, 0, 4, 8, 1);
        if (minor >= 15) {
            write(0);
        } else {
            number(0);
        }
        for (int i = 0; i < 7; i++) {
            number(i);
        }
        text("site");
        text("15.1");
        text(null);
        number(2);
        entry(minor, 7, "TABLE", 2, "CREATE TABLE t (a int)\nPARTITION BY HASH (a);\n");
        entry(minor, -8, "VIEW", 4, null, "7", "5");
        write(1);
        number(9);
        number(3);
        write("1\n2".getBytes(StandardCharsets.US_ASCII));
        number(0);
        return archive.toByteArray();
    }

    private void entry(int minor, int id, String kind, int section, String definition, String... needs) {
        number(id);
        number(1);
        text("1259");
        text("16384");
        text("name of " + kind);
        text(kind);
        number(section);
        text(definition);
        text("DROP");
        text(null);
        text("public");
        text("");
        text("heap");
        if (minor >= 16) {
            number(114);
        }
        text("größe");
        text("false");
        for (String need : needs) {
            text(need);
        }
        text(null);
        write(1, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private void write(int... bytes) {
        for (int each : bytes) {
            archive.write(each);
        }
    }

    private void write(byte[] bytes) {
        archive.writeBytes(bytes);
    }

    private void number(int value) {
        write(value < 0 ? 1 : 0);
        for (int i = 0, left = Math.abs(value); i < 4; i++, left >>= 8) {
            write(left & 0xff);
        }
    }

    private void text(String text) {
        byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        number(text == null ? -1 : bytes.length);
        write(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16})
    void readsEntriesOfAllVersions(int minor) throws IOException {
        List<ArchiveItem> items = ArchiveStream.items(new ByteArrayInputStream(archive(minor)), "UTF8");
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
        ArchiveStream stream = ArchiveStream.open(new ByteArrayInputStream(archive(15)), "UTF8");
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
        byte[] bytes = archive(15);
        bytes[place] = 99;
        assertThatThrownBy(() -> ArchiveStream.items(new ByteArrayInputStream(bytes), "UTF8"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN))
                .hasMessage("cannot read the snapshot's archive: " + why);
    }

    @Test
    void refusesATruncatedOne() {
        byte[] bytes = archive(16);
        for (int length : new int[] {0, 4, 9, 30, 60, 100, bytes.length - 40}) {
            assertThatThrownBy(
                            () -> ArchiveStream.items(new ByteArrayInputStream(Arrays.copyOf(bytes, length)), "UTF8"))
                    .hasMessage("cannot read the snapshot's archive: it is truncated");
        }
    }

    /** Lengths and numbers may say anything: memory is taken for what is there. */
    @Test
    void endsOrderlyWhateverTheBytesAre() throws IOException {
        byte[] bytes = archive(16);
        Random random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            byte[] changed = bytes.clone();
            for (int j = random.nextInt(3); j >= 0; j--) {
                changed[6 + random.nextInt(changed.length - 6)] = (byte) random.nextInt();
            }
            try {
                ArchiveStream.items(new ByteArrayInputStream(changed), "UTF8");
            } catch (UnderstudyException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
            }
        }
    }
}
