package io.understudy.filestore.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.WriteBatch;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.SshServer;
import io.understudy.testing.Together;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that has none of OpenSSH's extensions, lets one session have one channel, and few files open at a time. */
class WeakServerTest {
    private static SshServer server;

    private Path root;
    private Filestore store;

    @BeforeAll
    static void start() {
        server = SshServer.start(
                "Subsystem sftp ulimit -n 12; exec SFTP_SERVER -P fsync,posix-rename,hardlink,statvfs,limits",
                "MaxSessions 1");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open() {
        root = server.newFolder();
        store = new SftpFilestore(server.settings(root), Ticker.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void saysWhatItLacksAndWhatThatMeans() {
        assertThat(store.capabilities().conditionalPut()).isFalse();
        assertThat(store.remarks().stream()
                        .filter(remark -> remark.hint().isPresent())
                        .map(remark -> remark.text().replaceAll("@.*", "")))
                .containsExactly(
                        "the server lacks fsync", "the server lacks posix-rename", "the server lacks hardlink");
    }

    @Test
    void writesReplacesAndDeletesAllTheSame() throws IOException {
        put("replicas/one.json", "first");
        put("replicas/one.json", "second");
        try (WriteBatch batch = store.batch()) {
            batch.put("blobs/ab/c", Content.of(bytes("content")));
            batch.settle();
        }
        assertThat(read("replicas/one.json")).isEqualTo("second");
        assertThat(read("blobs/ab/c")).isEqualTo("content");
        assertThat(root.resolve("replicas")).isDirectoryContaining("glob:**.json");
        try (var left = Files.list(root.resolve("replicas"))) {
            assertThat(left).hasSize(1);
        }
        store.delete("replicas/one.json");
        assertThat(store.stat("replicas/one.json")).isEmpty();
    }

    @Test
    void oneOfManyWritersWinsUnderTheLock() throws Exception {
        List<Boolean> won = Together.run(8, writer -> store.putIfAbsent("epochs/2.json", bytes("writer " + writer)));
        assertThat(won).containsOnlyOnce(true);
        assertThat(read("epochs/2.json")).isEqualTo("writer " + won.indexOf(true));
        assertThat(root.resolve("~lock")).doesNotExist();
    }

    @Test
    void aLockThatACrashLeftIsRemovedAndAnotherOneIsWaitedFor() throws IOException {
        Path lock = Files.createFile(root.resolve("~lock"));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofMinutes(6))));
        assertThat(store.putIfAbsent("epochs/2.json", bytes("x"))).isTrue();

        Files.createFile(lock);
        try (Filestore other = new SftpFilestore(server.settings(root), new FakeTicker())) {
            UnderstudyException failure = Assertions.catchThrowableOfType(
                    UnderstudyException.class, () -> other.putIfAbsent("epochs/3.json", bytes("x")));
            assertThat(failure.code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
            assertThat(failure).hasMessageContaining("another agent has held");
        }
        assertThat(root.resolve("epochs/3.json")).doesNotExist();
    }

    /** It does not say how many it has, so one too many is a failure that passes. */
    @Test
    void fewOpenFilesAreUsedAgain() throws Exception {
        List<Boolean> all = Together.run(4, worker -> {
            for (int i = 0; i < 20; i++) {
                put("blobs/" + worker + "/" + i, "content " + i);
                assertThat(read("blobs/" + worker + "/" + i)).isEqualTo("content " + i);
            }
            return true;
        });
        assertThat(all).containsOnly(true);
    }

    private void put(String key, String content) {
        store.put(key, Content.of(bytes(content)));
    }

    private String read(String key) throws IOException {
        try (InputStream in = store.open(key, 0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
