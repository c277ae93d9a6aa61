package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.WriteBatch;
import io.understudy.testing.SshServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose disk has room for 600 KiB: OpenSSH says no more of a full one than that a write failed. */
class FullDiskTest {
    private static final Path DISK = Path.of("/mnt");

    @TempDir
    private static Path folder;

    private static SshServer server;

    /** The disk is each session's own, and is gone with it. */
    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Process probe = new ProcessBuilder(
                        "unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")
                .start();
        assumeTrue(probe.waitFor() == 0, "needs a namespace for mounts");
        Path script = Files.writeString(
                folder.resolve("full"), "mount -t tmpfs -o size=600k none " + DISK + " && exec \"$1\"\n");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
        server = SshServer.start("Subsystem sftp exec unshare --map-root-user --mount sh " + script + " SFTP_SERVER");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void isToldFromOtherFailuresAndWhatIsThereStays() throws IOException {
        try (Filestore store = new SftpFilestore(server.settings(DISK), Ticker.system())) {
            store.put("replicas/one.json", Content.of(bytes("first")));
            byte[] large = new byte[1 << 20];
            assertFull(() -> store.put("replicas/one.json", Content.of(large)));
            assertFull(() -> store.putIfAbsent("epochs/2.json", large));
            assertFull(() -> {
                try (WriteBatch batch = store.batch()) {
                    batch.put("blobs/ab/c", Content.of(large));
                    batch.settle();
                }
            });
            assertThat(store.stat("epochs/2.json")).isEmpty();
            assertThat(store.stat("blobs/ab/c")).isEmpty();
            try (InputStream in = store.open("replicas/one.json", 0)) {
                assertThat(in.readAllBytes()).isEqualTo(bytes("first"));
            }
            // Nothing that was half written takes the room of what fits.
            store.put("blobs/ab/d", Content.of(new byte[400 * 1024]));
        }
    }

    private static void assertFull(Runnable write) {
        UnderstudyException failure = Assertions.catchThrowableOfType(UnderstudyException.class, write::run);
        assertThat(failure.code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(failure).hasMessageContaining("no space left");
        assertThat(failure.hint()).contains("free space on the server's disk of " + DISK);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
