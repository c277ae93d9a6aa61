package io.understudy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkerTest {
    private static final MarkerContent CONTENT = new MarkerContent(
            "example", "agent-replica init", Optional.of("00000001-00000042"), Instant.parse("2026-11-20T12:00:00Z"));

    @TempDir
    private Path folder;

    private Path file;
    private Marker marker;

    @BeforeEach
    void create() {
        file = folder.resolve("BACKUP");
        marker = new Marker(file);
    }

    @Test
    void isAbsentUntilWrittenAndAfterItsRemoval() {
        assertThat(marker.present()).isFalse();
        assertThat(marker.read()).isEmpty();
        marker.write(CONTENT);
        assertThat(marker.present()).isTrue();
        assertThat(marker.read()).contains(CONTENT);
        marker.remove();
        marker.remove();
        assertThat(marker.present()).isFalse();
    }

    @Test
    void tellsAPersonWhatItIs() throws IOException {
        marker.write(CONTENT);
        assertThat(Files.readString(file))
                .startsWith("This server is in backup mode: it is a standby of the site \"example\".\n")
                .contains("agent-replica promote")
                .endsWith("""

                        site: example
                        reason: agent-replica init
                        snapshot: 00000001-00000042
                        written: 2026-11-20T12:00:00Z
                        """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void isReplacedWhole() throws IOException {
        Files.writeString(file, "x".repeat(10_000));
        MarkerContent next = new MarkerContent("example", "two\nlines", Optional.empty(), Instant.EPOCH);
        marker.write(next);
        assertThat(marker.read().orElseThrow().reason()).isEqualTo("two lines");
        assertThat(marker.read().orElseThrow().snapshot()).isEmpty();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void isRenewedWholeWhereItIs() throws IOException {
        Files.writeString(file, "x".repeat(10_000));
        assertThat(marker.renew(new MarkerContent("example", "again", Optional.empty(), Instant.EPOCH)))
                .isTrue();
        assertThat(marker.read().orElseThrow().reason()).isEqualTo("again");
        assertThat(Files.readString(file)).doesNotContain("xx");
    }

    @Test
    void isNeverCreatedByBeingRenewed() {
        assertThat(marker.renew(new MarkerContent("example", "again", Optional.empty(), Instant.EPOCH)))
                .isFalse();
        assertThat(marker.present()).isFalse();
    }

    @Test
    void whateverStandsThereCounts() throws IOException {
        Files.createFile(file);
        assertThat(marker.present()).isTrue();
        assertThat(marker.read()).isEmpty();
        Files.write(file, new byte[] {(byte) 0xff, 0, 'x'});
        assertThat(marker.read()).isEmpty();
        Files.writeString(file, "site: a\nreason: b\nwritten: yesterday\n");
        assertThat(marker.read()).isEmpty();
        Files.delete(file);
        Files.createSymbolicLink(file, folder.resolve("nowhere"));
        assertThat(marker.present()).isTrue();
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(marker.present()).isTrue();
        assertThat(marker.read()).isEmpty();
    }

    @Test
    void aMissingFolderIsNoPromotion() {
        Marker unmounted = new Marker(folder.resolve("not-mounted/BACKUP"));
        assertThatThrownBy(unmounted::present)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED))
                .hasMessageContaining("not-mounted does not exist");
        unmounted.write(CONTENT);
        assertThat(unmounted.present()).isTrue();
    }

    @Test
    void aPathThatCannotBeLookedIntoIsNoPromotion() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain"), "x");
        Marker below = new Marker(plain.resolve("BACKUP"));
        assertThatThrownBy(below::present).isInstanceOf(UnderstudyException.class);
        assertThatThrownBy(() -> below.write(CONTENT)).isInstanceOf(UnderstudyException.class);
    }

    @Test
    void saysWhyItCannotBeWritten() throws IOException {
        Files.createDirectory(file);
        Files.createFile(file.resolve("x"));
        assertThatThrownBy(() -> marker.write(CONTENT))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
        assertThatThrownBy(marker::remove).isInstanceOf(UnderstudyException.class);
        assertThat(marker.present()).isTrue();
    }
}
