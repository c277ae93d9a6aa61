package io.understudy.replica.prepare;

import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.kept.KeptCopies;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.kept.KeptCopy;
import io.understudy.replica.kept.KeptCopy.End;
import io.understudy.replica.prepare.Rejoin.Orphans;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.util.Optional;

/**
 * The return of an old primary over which a snapshot was imported before it was asked what it never shipped: saves what
 * was kept of it. Killed anywhere it is run again: nothing of the copy goes before it is noted what it was saved as,
 * and what was saved already is found.
 */
public final class KeptReturn {
    private final KeptCopies copies;
    private final Orphans orphans;

    public KeptReturn(KeptCopies copies, Orphans orphans) {
        this.copies = copies;
        this.orphans = orphans;
    }

    /** @param end empty while {@code found} is to be saved */
    record Look(int epoch, Optional<Result> end, Optional<Found> found) {
        static Look ended(int epoch, Result result) {
            return new Look(epoch, Optional.of(result), Optional.empty());
        }
    }

    Orphans orphans() {
        return orphans;
    }

    /** Whether it is known what became of what this server of that epoch had. */
    boolean isNoted(int epoch) {
        return copies.note(epoch).isPresent();
    }

    /**
     * What there is to save; under the apply lock.
     *
     * @param epoch of this server
     * @param live the snapshot that is live
     */
    Look look(int epoch, SnapshotId live, Request request) {
        Optional<KeptCopy> note = copies.note(epoch);
        Optional<End> saved = note.flatMap(KeptCopy::end).filter(End::saved);
        if (saved.isPresent()) {
            copies.sweep();
            return Look.ended(
                    epoch,
                    new Result(saved.map(end -> new Saved(end.orphan(), true, end.shipped())), Optional.empty()));
        }
        if (request.withoutOrphan()) {
            done(epoch, Optional.empty());
            return Look.ended(epoch, new Result(Optional.empty(), Optional.of("--without-orphan asks for that")));
        }
        Found found = copies.find(epoch);
        return found.isNothing()
                ? Look.ended(epoch, new Result(Optional.empty(), Optional.of(nothingIsLeft(note, live))))
                : new Look(epoch, Optional.empty(), Optional.of(found));
    }

    private static String nothingIsLeft(Optional<KeptCopy> note, SnapshotId live) {
        Optional<End> givenUp = note.flatMap(KeptCopy::end);
        return "snapshot "
                + note.flatMap(KeptCopy::by).orElse(live)
                + " was imported over it"
                + note.filter(each -> each.by().isPresent())
                        .map(each -> " at " + Moments.text(each.since()))
                        .orElse("")
                + ", and nothing of it is kept any more: "
                + givenUp.map(end -> "it was given up with --without-orphan at "
                                + Moments.text(end.at())
                                + ", and its database is not there")
                        .orElse(
                                note.flatMap(KeptCopy::database).isPresent()
                                        ? "its database was dropped by hand, and its files are not there"
                                        : "no database of it is known, and its files are not there");
    }

    /** Saves it, without any lock. */
    Result save(Look look, Request request) {
        if (look.end().isPresent()) {
            return look.end().get();
        }
        Found found = look.found().orElseThrow();
        Saved saved = orphans.saveKept(request.acceptEmpty(), found);
        ReplicaPoint.KEPT_COPY_SAVED.reached();
        done(look.epoch(), Optional.of(saved));
        return new Result(Optional.of(saved), Optional.empty(), found.gone());
    }

    /** Nothing is kept any more. @param saved empty where nothing was to be saved */
    void done(int epoch, Optional<Saved> saved) {
        copies.end(epoch, saved.isPresent(), saved.flatMap(Saved::orphan), saved.flatMap(Saved::shipped));
    }
}
