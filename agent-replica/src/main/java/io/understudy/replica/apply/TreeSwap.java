package io.understudy.replica.apply;

import io.understudy.exchange.FileHook;
import io.understudy.exchange.Plan;
import io.understudy.exchange.PlanExchange;
import io.understudy.exchange.TreePosition;
import io.understudy.exchange.TreePosition.Position;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FolderDeletion;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.stage.CacheRefresh;
import io.understudy.replica.stage.OverwrittenPlaces;
import io.understudy.replica.stage.Plans;
import io.understudy.replica.state.PlanSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the plans of a snapshot live, tree by tree, and takes them back. Not for concurrent use. */
public final class TreeSwap implements LiveTrees {
    private static final Logger LOG = LoggerFactory.getLogger(TreeSwap.class);

    private final Plans all;
    private final OverwrittenPlaces places;
    private final FileHook hook;

    /** @param state folder of durable state, the same that the stager has */
    public TreeSwap(Path state, FileHook hook) {
        this.all = new Plans(state);
        this.places = new OverwrittenPlaces(state);
        this.hook = hook;
    }

    @Override
    public void forward(PlanSet plans, TreeKind kind) {
        forEach(plans, Optional.of(kind), (plan, root) -> exchange(plan, root).forward());
    }

    @Override
    public void back(PlanSet plans, TreeKind kind) {
        List<UnderstudyException> failures = new ArrayList<>();
        for (Path file : all.files(plans)) {
            try {
                run(
                        file,
                        Optional.of(kind),
                        (plan, root) -> exchange(plan, root).back());
            } catch (UnderstudyException e) {
                failures.add(e);
            }
        }
        failures.stream().findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    @Override
    public void reopen(PlanSet plans) {
        forEach(
                plans,
                Optional.empty(),
                (plan, root) -> FolderDeletion.delete(plan.header().undone(root)));
    }

    @Override
    public List<TreePosition> positions(PlanSet plans) {
        List<TreePosition> found = new ArrayList<>();
        for (int i = 0; i < plans.trees().size(); i++) {
            try (Plan plan = Plan.open(all.files(plans).get(i))) {
                TreePosition.of(plan).ifPresent(found::add);
            } catch (UnderstudyException e) {
                LOG.warn("{} ({})", e.getMessage(), e.hint());
                found.add(new TreePosition(plans.trees().get(i), Position.UNKNOWN));
            }
        }
        return found;
    }

    @Override
    public boolean canGoBack(PlanSet plans) {
        return all.canBeTakenBack(plans);
    }

    @Override
    public Optional<String> overwritten(PlanSet plans) {
        return all.files(plans).stream()
                .map(places::of)
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** What the caches don't know is read for the next snapshot. */
    @Override
    public void settle(PlanSet plans) {
        CacheRefresh caches = new CacheRefresh(all);
        forEach(plans, Optional.empty(), caches::learn);
    }

    @Override
    public void discardStaged() {
        all.discardUnbegun();
    }

    @Override
    public void clear(Optional<PlanSet> live) {
        all.clear(live);
    }

    private void forEach(PlanSet plans, Optional<TreeKind> kind, BiConsumer<Plan, TreeRoot> work) {
        all.files(plans).forEach(file -> run(file, kind, work));
    }

    private static void run(Path file, Optional<TreeKind> kind, BiConsumer<Plan, TreeRoot> work) {
        try (Plan plan = Plan.open(file)) {
            if (kind.isEmpty() || kind.get() == plan.header().kind()) {
                work.accept(plan, TreeRoot.of(plan.header().folder()));
            }
        }
    }

    private PlanExchange exchange(Plan plan, TreeRoot root) {
        return new PlanExchange(
                plan, root, hook, ReplicaPoint.PATH_EXCHANGED::reached, ReplicaPoint.PATH_RETURNED::reached);
    }
}
