package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.RepositorySeen.Details;
import io.understudy.repository.Epochs;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Reads the repository every thirty seconds, whatever the role of this server: what a standby shows of it is no older.
 * Not thread-safe.
 */
final class RepositoryWatch {
    private static final Duration EVERY = Duration.ofSeconds(30);

    private final Supplier<Repository> repository;
    private final Clock clock;
    private final Ticker ticker;
    private final BiConsumer<UUID, SnapshotId> genuine;
    private RepositorySeen last = RepositorySeen.NOTHING;
    private Optional<RoleStatus> lookedAs = Optional.empty();
    private long lookedAt;

    /**
     * @param genuine receives the repository's id and each newest snapshot that is not continuous, once it was read
     *     with a good signature. A standby, which has no pruning, would keep thousands of the others a day
     */
    RepositoryWatch(Supplier<Repository> repository, Clock clock, Ticker ticker, BiConsumer<UUID, SnapshotId> genuine) {
        this.repository = repository;
        this.clock = clock;
        this.ticker = ticker;
        this.genuine = genuine;
    }

    /**
     * Looks at once where the role, or the epoch that this server holds, is another than at the last look.
     *
     * <p>Never throws an {@link UnderstudyException}: it is part of the answer.
     */
    RepositorySeen look(RoleStatus now) {
        boolean same = lookedAs.filter(then -> then.role() == now.role() && then.epoch() == now.epoch())
                .isPresent();
        if (same && ticker.since(lookedAt).compareTo(EVERY) < 0) {
            return last;
        }
        lookedAs = Optional.of(now);
        try {
            last = seen(repository.get());
        } catch (UnderstudyException e) {
            last = last.failed(e);
        }
        lookedAt = ticker.nanos();
        return last;
    }

    private RepositorySeen seen(Repository target) {
        List<JunkObject> junk = new ArrayList<>();
        Optional<SnapshotId> newest = newest(target, junk);
        Optional<Details> details = newest.equals(last.newest()) ? last.details() : Optional.empty();
        if (details.isEmpty() && newest.isPresent()) {
            details = details(target, newest.get());
        }
        Epochs.Above claims =
                target.epochs().above(newest.map(SnapshotId::epoch).orElse(0));
        junk.addAll(claims.junk());
        target.identityJunk().ifPresent(junk::add);
        Optional<UnderstudyException> first = junk.stream().findFirst().map(JunkObject::toException);
        return new RepositorySeen(
                Optional.of(clock.instant()), claims.highest(), newest, details, doubled(target), junk, first);
    }

    private Optional<Details> details(Repository target, SnapshotId newest) {
        try {
            Outline outline = target.outline(newest);
            if (outline.scheduled().filter(newest::equals).isPresent()) {
                genuine.accept(target.id(), newest);
            }
            return Optional.of(Details.of(outline));
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            // It was deleted since then, or it is damaged: the next look shows it.
            return Optional.empty();
        }
    }

    private List<DoubledName> doubled(Repository target) {
        return DoubledName.in(target.reports().all(), clock.instant());
    }

    /**
     * By a listing that does not grow with what is older, as long as the newest one stays.
     *
     * @param junk receives what is passed over
     */
    private Optional<SnapshotId> newest(Repository target, List<JunkObject> junk) {
        List<SnapshotId> from = last.newest()
                .filter(id -> id.sequence() > 1)
                .map(id -> target.newerThan(new SnapshotId(id.epoch(), id.sequence() - 1)))
                .orElse(List.of());
        Optional<SnapshotId> newest = target.newest(from, junk::add);
        if (newest.isPresent()) {
            return newest;
        }
        junk.clear();
        return target.newest(target.list(), junk::add);
    }
}
