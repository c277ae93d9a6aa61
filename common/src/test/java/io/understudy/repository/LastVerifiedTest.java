package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.LastVerified.Verdict;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LastVerifiedTest {
    private static final SnapshotId SNAPSHOT = new SnapshotId(1, 42);

    private final FakeTicker time = new FakeTicker();
    private final Instant start = time.now();

    @TempDir
    Path folder;

    @Test
    void knowsNothingBeforeTheFirst() {
        assertThat(read()).isEqualTo(new Verdict(Optional.empty(), Optional.empty()));
        assertThat(read().last()).isEmpty();
    }

    @Test
    void aSuccessIsNotedWithItsTime() {
        passes();

        assertThat(read()).isEqualTo(new Verdict(Optional.of(start), Optional.empty()));
        assertThat(read().last()).contains(start);
    }

    @Test
    void aFailureIsNotedBesideTheLastSuccessUntilTheNextOne() {
        passes();
        time.advance(Duration.ofHours(1));
        fails(ErrorCode.BLOB_DAMAGED);
        Instant failed = start.plus(Duration.ofHours(1));
        assertThat(read()).isEqualTo(new Verdict(Optional.of(start), Optional.of(failed)));
        assertThat(read().last()).contains(failed);

        time.advance(Duration.ofHours(1));
        passes();
        assertThat(read()).isEqualTo(new Verdict(Optional.of(start.plus(Duration.ofHours(2))), Optional.empty()));
    }

    @Test
    void theVeryFirstMayFail() {
        fails(ErrorCode.FILESTORE_UNREACHABLE);
        fails(ErrorCode.BLOB_MISSING);

        assertThat(read()).isEqualTo(new Verdict(Optional.empty(), Optional.of(start)));
    }

    @Test
    void aDefectIsAFailureToo() {
        assertThatThrownBy(() -> verified().recording(time.clock(), LastVerifiedTest::defect))
                .isInstanceOf(IllegalStateException.class);

        assertThat(read().failure()).contains(start);
    }

    @ParameterizedTest
    @EnumSource(names = {"SNAPSHOT_UNKNOWN", "USAGE", "LOCKED", "CANCELLED"})
    void whatSaysNothingOfASnapshotIsNoVerdict(ErrorCode code) {
        passes();

        fails(code);

        assertThat(read()).isEqualTo(new Verdict(Optional.of(start), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "\n\n", "\u0000"})
    void whatCannotBeReadIsAsIfItWasNotThere(String text) throws IOException {
        Files.writeString(folder.resolve("verified.json"), text);

        assertThat(read().last()).isEmpty();
    }

    @Test
    void theFailureIsToldThoughItCannotBeNoted() throws IOException {
        Path notAFolder = Files.writeString(folder.resolve("state"), "");
        UnderstudyException failure = new UnderstudyException(ErrorCode.BLOB_MISSING, "it is gone", "look");

        assertThatThrownBy(() -> new LastVerified(notAFolder).recording(time.clock(), () -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    private LastVerified verified() {
        return new LastVerified(folder);
    }

    private Verdict read() {
        return verified().read();
    }

    private void passes() {
        assertThat(verified().recording(time.clock(), () -> SNAPSHOT)).isEqualTo(SNAPSHOT);
    }

    private void fails(ErrorCode code) {
        UnderstudyException failure = new UnderstudyException(code, "it is not whole", "look");
        assertThatThrownBy(() -> verified().recording(time.clock(), () -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    private static SnapshotId defect() {
        throw new IllegalStateException("a defect");
    }
}
