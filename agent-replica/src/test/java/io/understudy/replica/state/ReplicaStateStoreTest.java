package io.understudy.replica.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaStateStoreTest {
    @TempDir
    Path folder;

    @Test
    void knowsNothingBeforeAnythingWasWritten() {
        assertThat(ReplicaStateStore.in(folder).read()).isEmpty();
        assertThat(ReplicaStateStore.in(folder).state()).isEqualTo(new Seeding());
    }

    @Test
    void writesForItsOwnerAloneAndMakesTheFolder() throws IOException {
        Path state = folder.resolve("a/b");
        ReplicaStateStore.in(state).change(ReplicaRecord::withSuccess);

        Path file = state.resolve("replica.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file))
                .startsWith("{")
                .contains("\"format\" : 2")
                .contains("\"kind\" : \"seeding\"");
    }

    @Test
    void refusesALaterFormat() throws IOException {
        Files.writeString(folder.resolve("replica.json"), "{\"format\":3,\"state\":{\"kind\":\"dancing\"}}");

        refused(ErrorCode.FORMAT_UNKNOWN);
    }

    @Test
    void refusesTheFormatFromBeforeTheFirstRelease() throws IOException {
        Files.writeString(folder.resolve("replica.json"), "{\"format\":1,\"state\":{\"kind\":\"seeding\"}}");

        refused(ErrorCode.FORMAT_UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"format\":2}",
                "{\"format\":2,\"state\":{\"kind\":\"dancing\"}}",
                "{\"format\":\"x\"}",
                "{\"format\":2,\"state\":{\"kind\":\"following\"}}"
            })
    void refusesADamagedFileAndSaysWhatToDo(String content) throws IOException {
        Files.writeString(folder.resolve("replica.json"), content);

        refused(ErrorCode.STATE_DAMAGED);
    }

    @Test
    void locksAmongCallersAndKnowsADaemon() {
        ApplyLock lock = new ApplyLock(folder);
        FakeTicker time = new FakeTicker();
        try (var held = lock.acquire()) {
            assertThat(held).isNotNull();
            assertThatThrownBy(lock::acquire)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED));
        }
        lock.acquire().close();
        assertThat(lock.daemonRuns()).isFalse();
        try (var daemon = lock.acquireDaemon(time)) {
            assertThat(daemon).isNotNull();
            assertThat(lock.daemonRuns()).isTrue();
            assertThatThrownBy(() -> lock.acquireDaemon(time))
                    .isInstanceOf(UnderstudyException.class)
                    .hasMessageContaining("agent-replica runs here already");
        }
        assertThat(lock.daemonRuns()).isFalse();
    }

    @Test
    void aDaemonThatStartsWaitsForACommandThatOnlyLooksWhetherOneRuns() throws IOException {
        ApplyLock lock = new ApplyLock(folder);
        ProcessLock looking =
                ProcessLock.tryAcquire(folder.resolve("replica-daemon.lock")).orElseThrow();
        Ticker meanwhile = new Ticker() {
            @Override
            public long nanos() {
                return 0;
            }

            @Override
            public void sleep(Duration pause) {
                looking.close();
            }
        };

        lock.acquireDaemon(meanwhile).close();
    }

    private void refused(ErrorCode code) {
        assertThatThrownBy(() -> ReplicaStateStore.in(folder).read())
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(code);
                    assertThat(failure.hint()).isNotBlank();
                });
    }
}
