package io.understudy.dump;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.Retry;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;

/** What is kept of a dump or a database that did not come to its end. */
final class Resuming {
    private Resuming() {}

    /** The work of a command with one snapshot. */
    interface Attempt {
        /** Makes nothing where {@code earlier} says that it does not start over. */
        void run(Opened snapshot, Earlier earlier);
    }

    /**
     * Works with the snapshot that an earlier command began with, as long as something of that is kept, and otherwise
     * with the one that is named: {@code latest} is the newest then. Says which.
     *
     * @param begun the snapshot of an earlier command
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN} where it was deleted since, and those of the reader
     */
    static void run(
            SnapshotProgram cli, String name, SnapshotReader reader, Optional<SnapshotId> begun, Attempt attempt) {
        Optional<Begun> tried = begun.map(snapshot -> new Begun(cli, snapshot));
        tried.ifPresent(each ->
                cli.held(reader, List.of(each.snapshot), () -> attempt.run(open(reader, each.snapshot), each)));
        if (tried.isPresent() && tried.get().lost.isEmpty()) {
            return;
        }
        SnapshotId snapshot = cli.find(name, reader);
        tried.ifPresent(each -> cli.say(each.text(snapshot)));
        cli.held(reader, List.of(snapshot), () -> attempt.run(reader.open(snapshot), Earlier.OF_ONE_SNAPSHOT));
    }

    /** Of a command whose snapshot may be another one when nothing is kept. */
    private static final class Begun implements Earlier {
        private final SnapshotProgram cli;
        private final SnapshotId snapshot;
        private Optional<String> lost = Optional.empty();

        Begun(SnapshotProgram cli, SnapshotId snapshot) {
            this.cli = cli;
            this.snapshot = snapshot;
        }

        @Override
        public void goesOn() {
            cli.say("the restore of " + snapshot + " goes on");
        }

        @Override
        public boolean startsOver(String why) {
            lost = Optional.of(why);
            return false;
        }

        String text(SnapshotId now) {
            return "the restore of " + snapshot + " starts over" + (now.equals(snapshot) ? "" : ", with " + now) + ": "
                    + lost.orElseThrow();
        }
    }

    private static Opened open(SnapshotReader reader, SnapshotId begun) {
        try {
            return reader.open(begun);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.SNAPSHOT_UNKNOWN) {
                throw e;
            }
            throw new UnderstudyException(
                    e.code(),
                    "cannot restore " + begun + ": it was deleted since the restore began",
                    "name another snapshot by its number: that drops what was restored of this one, and starts over",
                    e);
        }
    }

    /**
     * Whether the same command may go on where this one ended: it was stopped, or what it reads or writes is away. Any
     * other failure would come again.
     */
    static boolean isKept(UnderstudyException failure) {
        return failure.code() == ErrorCode.CANCELLED
                || failure.code().kind() == ErrorKind.FILESTORE
                        && failure.code().retry() == Retry.WITH_BACKOFF;
    }
}
