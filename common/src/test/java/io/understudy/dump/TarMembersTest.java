package io.understudy.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;

/** A dump's files as a tar archive. That tar and pg_restore read it is seen in {@code DumpFolderRoundTripTest}. */
class TarMembersTest {
    private static final Instant MOMENT = Instant.parse("2026-11-20T10:00:00Z");

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
    private final TarMembers members = new TarMembers(archive, MOMENT);

    private void add(String name, long size, String content) throws IOException {
        members.add(name, () -> size, (out, from) -> out.write(content.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void hasEachFileWithItsContent() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("toc.dat", "x".repeat(512));
        files.put("1.dat", "");
        files.put("blob_4294967295.dat", "y".repeat(70_000));
        files.put("blobs.toc", "z");
        for (Map.Entry<String, String> each : files.entrySet()) {
            add(each.getKey(), each.getValue().length(), each.getValue());
        }
        members.end();
        assertThat(archive.size() % 10_240).isZero();
        Map<String, String> found = new LinkedHashMap<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(archive.toByteArray()))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                assertThat(entry.getMode()).isEqualTo(0600);
                assertThat(entry.isFile()).isTrue();
                assertThat(entry.getLastModifiedTime().toInstant()).isEqualTo(MOMENT);
                found.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            }
        }
        assertThat(found.entrySet()).containsExactlyElementsOf(files.entrySet());
    }

    /** pg_restore and tar read a size of more than 11 octal digits from the same place. */
    @Test
    void saysHowLongAVeryLongFileIs() throws IOException {
        long size = (9L << 30) + 5;
        assertThatThrownBy(() -> add("1.dat", size, "too little")).isInstanceOf(UnderstudyException.class);
        byte[] header = Arrays.copyOf(archive.toByteArray(), 512);
        assertThat(new TarArchiveEntry(header).getSize()).isEqualTo(size);
        assertThat(header[124] & 0xff).isEqualTo(0x80);
    }

    /** What has no end, and is too short, no reader takes for whole. */
    @Test
    void refusesContentThatIsNotAsLongAsItWasSaid() {
        for (long size : new long[] {1, 3}) {
            archive.reset();
            assertThatThrownBy(() -> new TarMembers(archive, MOMENT)
                            .add("7.dat", () -> size, (out, from) -> out.write(new byte[] {1, 2})))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED))
                    .hasMessage("cannot write the dump: the content of 7.dat is " + (size == 1 ? "longer" : "shorter")
                            + " than the " + size + " bytes that the snapshot's lists say");
            assertThat(archive.size()).isLessThan(1024);
        }
    }
}
