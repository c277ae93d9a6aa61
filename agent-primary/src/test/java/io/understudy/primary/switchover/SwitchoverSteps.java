package io.understudy.primary.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.state.StateStorage;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.testing.FakeSiteService;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A switchover of one server, whose standby, filestores, disk and clock a test has in its hands. */
abstract class SwitchoverSteps {
    static final Duration LIMIT = Duration.ofMinutes(5);
    static final SnapshotId LAST = SnapshotId.parse("00000001-00000042");

    @TempDir
    Path folder;

    final FakeTicker time = new FakeTicker();
    final FakeNextEpoch epoch = new FakeNextEpoch();
    final FakeSiteService site = new FakeSiteService();
    final List<Event> events = new ArrayList<>();
    final Dying storage = new Dying();
    Marker marker;
    SwitchoverNotes notes;
    FinalSnapshot snapshots;
    int committed;
    /** How wrong the clock is. */
    Duration off = Duration.ZERO;
    /** Who says that it serves. */
    final Set<String> serving = new HashSet<>(Set.of("b"));
    /** How often it is asked before other snapshots have ended. */
    int others;

    /** The process is killed. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** A disk whose process is killed at a write, before or after it is durable. */
    static final class Dying implements StateStorage {
        private Optional<byte[]> content = Optional.empty();
        private int left = Integer.MAX_VALUE;
        boolean full;

        /** @param writes an even number 2n dies before the n-th write from now, an odd one after it */
        void dieAt(int writes) {
            left = writes;
        }

        private void pass() {
            if (left-- == 0) {
                left = Integer.MAX_VALUE;
                throw new Killed();
            }
        }

        @Override
        public Optional<byte[]> read() {
            return content;
        }

        @Override
        public void write(byte[] next) {
            if (full) {
                throw new UnderstudyException(ErrorCode.DISK_FULL, "the disk is full", "make room");
            }
            pass();
            content = Optional.of(next);
            pass();
        }

        @Override
        public void delete() {
            pass();
            content = Optional.empty();
            pass();
        }
    }

    @BeforeEach
    void prepare() {
        marker = new Marker(folder.resolve("BACKUP"));
        notes = new SwitchoverNotes(storage, time.clock());
        snapshots = (standby, within) -> {
            notes.committing(standby);
            committed++;
            epoch.committed(LAST);
            return LAST;
        };
    }

    void dies(Runnable work) {
        try {
            work.run();
            throw new AssertionError("it was not killed");
        } catch (Killed expected) {
            // The next process begins.
        }
    }

    void assertWentBack() {
        assertThat(notes.read()).isEmpty();
        assertThat(marker.present()).isFalse();
        assertThat(site.running()).isTrue();
    }

    Step step() {
        return notes.read().orElseThrow().step();
    }

    Switchover begin() {
        notes.begin(SwitchoverNote.begin("b", 1, time.now(), time.now().plus(LIMIT)));
        return switchover();
    }

    Switchover switchover() {
        Clock clock = ((InstantSource) () -> time.now().plus(off)).withZone(ZoneOffset.UTC);
        return new Switchover(
                notes,
                new SwitchoverMarker("example", marker, clock),
                site,
                new FinalSnapshot() {
                    @Override
                    public void requireNoOther() {
                        if (others-- > 0) {
                            throw new UnderstudyException(ErrorCode.LOCKED, "a snapshot runs", "this is a test");
                        }
                    }

                    @Override
                    public void giveUp() {
                        snapshots.giveUp();
                    }

                    @Override
                    public SnapshotId take(String standby, Duration within) {
                        return snapshots.take(standby, within);
                    }
                },
                epoch,
                serving::contains,
                new SwitchoverTimes(folder),
                new Events(time.clock(), (event, at) -> events.add(event)),
                clock,
                time);
    }

    /** What the daemon has of it, to be stopped with it. */
    Switchovers daemon(Switchover switchover) {
        return new Switchovers(
                marker,
                null,
                switchover,
                notes,
                new SwitchoverTimes(folder),
                () -> 1,
                Optional::empty,
                new Events(time.clock(), (event, at) -> events.add(event)),
                time.clock(),
                time);
    }

    static void turns(Switchover switchover) {
        while (switchover.turn()) {
            // The next step.
        }
    }
}
