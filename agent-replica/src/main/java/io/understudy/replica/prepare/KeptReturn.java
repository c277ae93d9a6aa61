package io.understudy.replica.prepare;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The return of an old primary over which a snapshot was imported before it was asked what it never shipped: saves what
 * was kept of it, of each time in which it was the primary. Killed anywhere it is run again: nothing of a copy goes
 * before it is noted what it was saved as, and what was saved already is found.
 */
public final class KeptReturn {
    private final KeptCopies copies;
    private final Orphans orphans;

    public KeptReturn(KeptCopies copies, Orphans orphans) {
        this.copies = copies;
        this.orphans = orphans;
    }

    /**
     * One copy.
     *
     * @param copy empty where none is noted
     * @param end empty while {@code found} is to be saved
     */
    record Look(Optional<KeptCopy> copy, Optional<Result> end, Optional<Found> found) {
        static Look ended(Result result) {
            return new Look(Optional.empty(), Optional.of(result), Optional.empty());
        }
    }

    /**
     * What was found.
     *
     * @param earlier of earlier times as the primary, oldest first
     * @param last of the last time; empty where that is not kept but live
     */
    record Looks(List<Look> earlier, Optional<Look> last) {
        Looks {
            earlier = List.copyOf(earlier);
        }
    }

    Orphans orphans() {
        return orphans;
    }

    /** Whether it is known what became of what this server of that epoch had. */
    boolean isNoted(int epoch) {
        return copies.current(epoch).isPresent();
    }

    /**
     * What there is to save; under the apply lock.
     *
     * @param epoch of this server
     * @param live the snapshot that is live where it was imported over the last time as the primary; otherwise empty
     */
    Looks look(int epoch, Optional<SnapshotId> live, Request request) {
        List<Look> earlier = new ArrayList<>();
        for (KeptCopy copy : copies.earlier(epoch)) {
            earlier.add(lookAtEarlier(copy, request));
        }
        Optional<Look> last = live.map(by -> lookAtLast(epoch, by, request));
        copies.sweep();
        return new Looks(earlier, last);
    }

    private Look lookAtEarlier(KeptCopy copy, Request request) {
        Optional<String> why = Optional.of("--without-orphan asks for that").filter(text -> request.withoutOrphan());
        Optional<Found> found = why.isPresent() ? Optional.empty() : Optional.of(copies.find(copy));
        if (found.filter(each -> !each.isNothing() || isAway(copy, request)).isPresent()) {
            return new Look(Optional.of(copy), Optional.empty(), found);
        }
        giveUp(copy);
        return Look.ended(new Result(
                Optional.empty(),
                Optional.of("of the time as the primary before "
                        + Moments.text(copy.since())
                        + why.map(text -> ": " + text)
                                .orElse(" nothing is kept any more: its database was dropped by hand, and its files"
                                        + " are not there"))));
    }

    private boolean isAway(KeptCopy copy, Request request) {
        return !request.acceptEmpty().containsAll(copies.away(copy));
    }

    /** What is on a disk that comes back is not given up for that. */
    private void requireMounted(KeptCopy copy, Request request) {
        Set<String> away = copies.away(copy);
        away.removeAll(request.acceptEmpty());
        if (!away.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONTENT_GONE,
                    "cannot save what is kept of this server as the primary: tree " + String.join(", ", away)
                            + " has no folder .understudy, which it had when that was kept: its disk may not be mounted",
                    "mount it and run agent-replica rejoin again; where it is lost: --accept-empty TREE");
        }
    }

    private void giveUp(KeptCopy copy) {
        copies.end(copy, false, Optional.empty(), Optional.empty());
    }

    private Look lookAtLast(int epoch, SnapshotId live, Request request) {
        Optional<KeptCopy> note = copies.current(epoch);
        Optional<End> saved = note.flatMap(KeptCopy::end).filter(End::saved);
        if (saved.isPresent()) {
            return Look.ended(
                    new Result(saved.map(end -> new Saved(end.orphan(), true, end.shipped())), Optional.empty()));
        }
        if (request.withoutOrphan()) {
            note.ifPresentOrElse(this::giveUp, () -> done(epoch, Optional.empty()));
            return Look.ended(new Result(Optional.empty(), Optional.of("--without-orphan asks for that")));
        }
        Optional<KeptCopy> copy = note.or(() -> copies.unnoted(epoch));
        Optional<Found> found = copy.map(copies::find).filter(each -> !each.isNothing() || isAway(copy.get(), request));
        return found.isEmpty()
                ? Look.ended(new Result(Optional.empty(), Optional.of(nothingIsLeft(note, live))))
                : new Look(copy, Optional.empty(), found);
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

    /**
     * Saves all of it, without any lock. One that can't be saved keeps no other from it.
     *
     * @param live what was done with what was live; empty where the last time is a copy, too
     * @throws UnderstudyException why the first that could not be saved is not
     */
    Result save(Looks looks, Optional<Result> live, Request request) {
        List<Result> earlier = new ArrayList<>();
        List<UnderstudyException> failures = new ArrayList<>();
        looks.earlier().forEach(look -> save(look, request, failures).ifPresent(earlier::add));
        Optional<Result> last = live.or(() -> looks.last().flatMap(look -> save(look, request, failures)));
        if (!failures.isEmpty()) {
            last.ifPresent(earlier::add);
            throw failed(failures, earlier);
        }
        return last.orElseThrow().with(earlier);
    }

    /** Names what was saved, which the result would have said. @param done the others */
    private static UnderstudyException failed(List<UnderstudyException> failures, List<Result> done) {
        UnderstudyException first = failures.get(0);
        List<UnderstudyException> others = failures.subList(1, failures.size());
        String orphans = done.stream()
                .flatMap(each -> each.saved().stream())
                .flatMap(each -> each.orphan().stream())
                .map(SnapshotId::toString)
                .collect(Collectors.joining(", "));
        UnderstudyException failure = new UnderstudyException(
                first.code(),
                failures.stream()
                                .map(UnderstudyException::getMessage)
                                .distinct()
                                .collect(Collectors.joining("; "))
                        + (orphans.isEmpty()
                                ? ""
                                : "; what it had at other times as the primary is saved: orphan " + orphans),
                first.hint(),
                first);
        others.forEach(failure::addSuppressed);
        return failure;
    }

    private Optional<Result> save(Look look, Request request, List<UnderstudyException> failures) {
        if (look.end().isPresent()) {
            return look.end();
        }
        try {
            Found found = look.found().orElseThrow();
            requireMounted(look.copy().orElseThrow(), request);
            Saved saved = orphans.saveKept(request.acceptEmpty(), found);
            ReplicaPoint.KEPT_COPY_SAVED.reached();
            copies.end(look.copy().orElseThrow(), true, saved.orphan(), saved.shipped());
            return Optional.of(new Result(Optional.of(saved), Optional.empty(), found.gone()));
        } catch (UnderstudyException e) {
            failures.add(e);
            return Optional.empty();
        }
    }

    /** What is live is kept no more. @param saved empty where nothing was to be saved */
    void done(int epoch, Optional<Saved> saved) {
        copies.endLive(epoch, saved.isPresent(), saved.flatMap(Saved::orphan), saved.flatMap(Saved::shipped));
    }
}
