package io.understudy.replica.databases;

import io.understudy.databases.SiteDatabase;
import io.understudy.exchange.TreePosition;
import io.understudy.exchange.TreePosition.Position;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.replica.apply.LiveTrees;
import io.understudy.replica.databases.Places.At;
import io.understudy.replica.databases.Places.Entry;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.state.PlanSet;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges the other databases before the first of the trees, and takes them back before those: so they follow the
 * database of PostgreSQL as the trees do. Each step is written down before it is done and after it, and is done again
 * by a process that finds it begun. What was live before the first import is never dropped. Not for concurrent use.
 */
public final class DatabaseExchange implements LiveTrees {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseExchange.class);
    private static final TreeKind FIRST_FORWARD = TreeKind.CONFIG;
    private static final TreeKind FIRST_BACK = TreeKind.FILES;

    private final LiveTrees trees;
    private final List<SiteDatabase> databases;
    private final Path state;
    private final Places places;

    /** @param state folder of durable state */
    public DatabaseExchange(LiveTrees trees, List<SiteDatabase> databases, Path state, Clock clock) {
        this.trees = trees;
        this.databases = List.copyOf(databases);
        this.state = state;
        this.places = new Places(state, clock);
    }

    /** Where it remembers how far it is. */
    Path state() {
        return state;
    }

    Places places() {
        return places;
    }

    Optional<SiteDatabase> database(String name) {
        return databases.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    private SiteDatabase of(Entry entry) {
        return database(entry.database())
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot exchange database " + entry.database() + ": it is not configured any more",
                        "put it back into databases[] until this import is finished"));
    }

    @Override
    public void forward(PlanSet plans, TreeKind kind) {
        if (kind == FIRST_FORWARD) {
            places.of(plans.name()).forEach(this::forward);
        }
        trees.forward(plans, kind);
    }

    private void forward(Entry entry) {
        switch (entry.at()) {
            case RESTORED, SWAPPING, RETURNING -> {
                Entry begun = places.swapping(entry);
                ReplicaPoint.OTHER_SWAP_NOTED.reached();
                swap(begun);
                ReplicaPoint.OTHER_DATABASE_SWAPPED.reached();
                places.exchanged(begun, At.SWAPPED);
                LOG.info("database {} of {} is live", entry.database(), entry.snapshot());
            }
            case SWAPPED -> LOG.debug("database {} is live already", entry.database());
            case RESTORING ->
                throw new UnderstudyException(
                        ErrorCode.LOAD_FAILED,
                        "cannot apply " + entry.snapshot() + ": database " + entry.database()
                                + " is not restored whole",
                        "it is restored again with the next attempt");
        }
    }

    private void swap(Entry entry) {
        try {
            of(entry).swap(places.place(entry));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.LOAD_FAILED) {
                places.put(entry.spoiled());
            }
            throw e;
        }
    }

    @Override
    public void back(PlanSet plans, TreeKind kind) {
        List<UnderstudyException> failures = new ArrayList<>();
        if (kind == FIRST_BACK) {
            places.of(plans.name()).forEach(entry -> attempt(failures, () -> back(entry)));
        }
        attempt(failures, () -> trees.back(plans, kind));
        throwFirst(failures);
    }

    private void back(Entry entry) {
        if (entry.isUnbegun()) {
            return;
        }
        Entry returning = entry.at() == At.SWAPPING ? entry : entry.spoiled();
        places.put(returning.at(At.RETURNING));
        ReplicaPoint.OTHER_RETURN_NOTED.reached();
        of(entry).undo(places.place(entry));
        ReplicaPoint.OTHER_DATABASE_RETURNED.reached();
        places.exchanged(returning, returning.isSpoiled() ? At.RESTORING : At.RESTORED);
        LOG.info("database {} is as it was before {}", entry.database(), entry.snapshot());
    }

    @Override
    public boolean canGoBack(PlanSet plans) {
        return trees.canGoBack(plans) && places.of(plans.name()).stream().allMatch(each -> each.at() == At.SWAPPED);
    }

    @Override
    public Optional<String> overwritten(PlanSet plans) {
        return trees.overwritten(plans);
    }

    @Override
    public void reopen(PlanSet plans) {
        trees.reopen(plans);
    }

    @Override
    public List<TreePosition> positions(PlanSet plans) {
        List<TreePosition> all = new ArrayList<>();
        for (Entry entry : places.of(plans.name())) {
            Position position = switch (entry.at()) {
                case RESTORING, RESTORED -> Position.BEFORE;
                case SWAPPING, RETURNING -> Position.BETWEEN;
                case SWAPPED -> Position.AFTER;
            };
            all.add(new TreePosition(TreePosition.DATABASE + entry.database(), position));
        }
        all.addAll(trees.positions(plans));
        return all;
    }

    @Override
    public void keepWhatServed() {
        places.forgetOurs();
    }

    @Override
    public void discardStaged() {
        List<UnderstudyException> failures = new ArrayList<>();
        attempt(failures, trees::discardStaged);
        attempt(failures, () -> discardUnbegun(each -> false));
        throwFirst(failures);
    }

    /** Drops what is restored for applies that never come. */
    void discardUnbegun(Predicate<Entry> needed) {
        List<UnderstudyException> failures = new ArrayList<>();
        places.all().stream()
                .filter(each -> each.isUnbegun() && !needed.test(each))
                .forEach(each -> attempt(failures, () -> drop(each)));
        throwFirst(failures);
    }

    @Override
    public void settle(PlanSet plans) {
        trees.settle(plans);
    }

    @Override
    public void clear(Optional<PlanSet> live) {
        List<UnderstudyException> failures = new ArrayList<>();
        attempt(failures, () -> trees.clear(live));
        Optional<String> needed = live.map(PlanSet::name);
        places.all().stream()
                .filter(each -> each.at() == At.SWAPPED && !needed.equals(Optional.of(each.apply())))
                .forEach(each -> attempt(failures, () -> drop(each)));
        throwFirst(failures);
    }

    private void drop(Entry entry) {
        if (database(entry.database()).isEmpty()) {
            LOG.warn(
                    "database {} is not configured any more: what is in its place {} stays there",
                    entry.database(),
                    entry.number());
        } else if (entry.at() == At.SWAPPED && entry.keepsForeign()) {
            LOG.info(
                    "what database {} was before the first import stays in its place {} for its owner",
                    entry.database(),
                    entry.number());
        } else {
            of(entry).drop(places.place(entry));
        }
        places.remove(entry);
    }

    private static void attempt(List<UnderstudyException> failures, Runnable work) {
        try {
            work.run();
        } catch (UnderstudyException e) {
            failures.add(e);
        }
    }

    private static void throwFirst(List<UnderstudyException> failures) {
        failures.stream().findFirst().ifPresent(first -> {
            failures.stream().skip(1).filter(each -> each != first).forEach(first::addSuppressed);
            throw first;
        });
    }
}
