package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A command ends when the site runs, however its snapshot ended. */
class SiteAfterSnapshotTest {
    private static final SnapshotView TAKEN = new SnapshotView(
            "00000001-00000042",
            4.2,
            new SnapshotView.Database(1, 2, 3),
            new SnapshotView.Files(4, 5),
            6,
            7,
            8,
            Optional.empty());

    private final List<String> calls = new ArrayList<>();
    private Runnable starting = () -> calls.add("started");

    private SnapshotView take(Supplier<SnapshotView> taken) {
        return new SiteAfterSnapshot(
                        () -> {
                            calls.add("watched");
                            return () -> calls.add("unwatched");
                        },
                        () -> starting.run())
                .take(taken);
    }

    private static UnderstudyException failure(ErrorCode code) {
        return new UnderstudyException(code, "it failed", "look");
    }

    @Test
    void itIsTriedWhileTheSnapshotIsTakenAndUntilItRuns() {
        assertThat(take(() -> {
                    calls.add("taken");
                    return TAKEN;
                }))
                .isEqualTo(TAKEN);
        assertThat(calls).containsExactly("watched", "taken", "unwatched", "started");
    }

    @Test
    void alsoWhereTheSnapshotFails() {
        UnderstudyException why = failure(ErrorCode.DATABASE_UNREACHABLE);
        assertThatThrownBy(() -> take(() -> {
                    throw why;
                }))
                .isSameAs(why);
        assertThat(calls).containsExactly("watched", "unwatched", "started");
    }

    /** A defect, or no memory, leaves no site stopped either. */
    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class})
    void alsoWhereItEndsByADefect(Class<? extends Throwable> kind) {
        assertThatThrownBy(() -> take(() -> {
                    throw kind == OutOfMemoryError.class
                            ? sneaky(new OutOfMemoryError("heap"))
                            : new IllegalStateException("a defect");
                }))
                .isInstanceOf(kind);
        assertThat(calls).containsExactly("watched", "unwatched", "started");
    }

    private static RuntimeException sneaky(Error error) {
        throw error;
    }

    /** Also where its state could not be written, so that nothing else knows it. */
    @ParameterizedTest
    @EnumSource(names = {"FENCED", "BACKUP_MODE"})
    void aServerThatMayNotRunTheSiteStartsNone(ErrorCode code) {
        assertThatThrownBy(() -> take(() -> {
                    throw failure(code);
                }))
                .hasMessage("it failed");
        assertThat(calls).containsExactly("watched", "unwatched");
    }

    @Test
    void aSiteThatStaysStoppedIsTheErrorAndSaysWhatBecameOfTheSnapshot() {
        starting = () -> {
            throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "the site is stopped", "start it");
        };
        assertThatThrownBy(() -> take(() -> TAKEN))
                .hasMessage("the site is stopped; snapshot 00000001-00000042 was taken");
        assertThatThrownBy(() -> take(() -> {
                    throw failure(ErrorCode.DISK_FULL);
                }))
                .hasMessage("the site is stopped; no snapshot was taken: it failed");
    }
}
