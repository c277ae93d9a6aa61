package io.understudy.replica.apply;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.FolderDeletion;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.replica.apply.TreePosition.Position;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.stage.CacheRefresh;
import io.understudy.replica.stage.Change;
import io.understudy.replica.stage.OverwrittenPlaces;
import io.understudy.replica.stage.Plan;
import io.understudy.replica.stage.Plans;
import io.understudy.replica.stage.WorkFolder;
import io.understudy.replica.state.PlanSet;
import io.understudy.restore.AttributeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the plans of a snapshot live by renames, and takes them back. Forward: exchanges in the plan's order, then
 * attributes, which a folder's own exchanges would spoil. Back: exchanges in reverse, then the old attributes. Each
 * call starts over and skips what is done, so it may be killed at any operation. Not for concurrent use.
 */
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
        forEach(plans, Optional.of(kind), this::forward);
    }

    @Override
    public void back(PlanSet plans, TreeKind kind) {
        List<UnderstudyException> failures = new ArrayList<>();
        for (Path file : all.files(plans)) {
            try {
                run(file, Optional.of(kind), this::back);
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
                (steps, plan, root, reached) ->
                        FolderDeletion.delete(plan.header().undone(root)));
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
        forEach(plans, Optional.empty(), (steps, plan, root, reached) -> caches.learn(plan, root));
    }

    @Override
    public void discardStaged() {
        all.discardUnbegun();
    }

    @Override
    public void clear(Optional<PlanSet> live) {
        all.clear(live);
    }

    private void forEach(PlanSet plans, Optional<TreeKind> kind, Work work) {
        all.files(plans).forEach(file -> run(file, kind, work));
    }

    private void run(Path file, Optional<TreeKind> kind, Work work) {
        try (Plan plan = Plan.open(file)) {
            if (kind.isEmpty() || kind.get() == plan.header().kind()) {
                run(plan, TreeRoot.of(plan.header().folder()), work);
            }
        }
    }

    private void run(Plan plan, TreeRoot root, Work work) {
        Path[] at = {root.folder()};
        try {
            work.on(new FileOps(hook), plan, root, path -> at[0] = root.resolve(path));
        } catch (IOException e) {
            throw FileFailure.of("exchange", at[0], e);
        }
    }

    private void forward(FileOps steps, Plan plan, TreeRoot root, Consumer<SafePath> reached) throws IOException {
        WorkFolder.create(root, plan.header().undone(root));
        LivePaths paths = new LivePaths(plan, root, steps);
        for (int i = 0; i < plan.size(); i++) {
            Change change = plan.change(i);
            reached.accept(change.path());
            if (change instanceof Change.Put) {
                paths.exchange(change).put();
                ReplicaPoint.PATH_EXCHANGED.reached();
            } else if (change instanceof Change.Remove) {
                paths.exchange(change).remove();
                ReplicaPoint.PATH_EXCHANGED.reached();
            }
        }
        AttributeWriter attributeWriter = attributeWriter(plan);
        for (int i = 0; i < plan.size(); i++) {
            if (plan.change(i) instanceof Change.SetAttributes set) {
                reached.accept(set.path());
                setAttributes(steps, attributeWriter, paths.reach(set.path()), set.fresh());
            }
        }
        attributeWriter.report(plan.header().tree());
        forceOwn(steps, plan, root);
    }

    private void back(FileOps steps, Plan plan, TreeRoot root, Consumer<SafePath> reached) throws IOException {
        if (!Files.isDirectory(plan.header().undone(root))) {
            LOG.info(
                    "nothing of {} was made live in tree {}",
                    plan.header().apply(),
                    plan.header().tree());
            return;
        }
        WorkFolder.create(root, plan.header().staged(root));
        LivePaths paths = new LivePaths(plan, root, steps);
        for (int i = plan.size() - 1; i >= 0; i--) {
            Change change = plan.change(i);
            reached.accept(change.path());
            if (change instanceof Change.Put) {
                Optional<PathSwap> exchange = paths.exchangeBack(change);
                if (exchange.isPresent()) {
                    exchange.get().unput();
                    ReplicaPoint.PATH_RETURNED.reached();
                }
            } else if (change instanceof Change.Remove) {
                paths.exchange(change).unremove();
                ReplicaPoint.PATH_RETURNED.reached();
            }
        }
        AttributeWriter attributeWriter = attributeWriter(plan);
        for (int i = 0; i < plan.size(); i++) {
            if (plan.change(i) instanceof Change.SetAttributes set && set.was().isPresent()) {
                reached.accept(set.path());
                TreeEntry old = set.fresh() instanceof TreeEntry.Link link
                        ? new TreeEntry.Link(link.path(), set.was().get(), link.target())
                        : new TreeEntry.Folder(set.path(), set.was().get());
                setAttributes(steps, attributeWriter, paths.reach(set.path()), old);
            }
        }
        forceOwn(steps, plan, root);
    }

    private static AttributeWriter attributeWriter(Plan plan) {
        return new AttributeWriter(plan.header().owners(), plan.header().kind() == TreeKind.SECRETS);
    }

    /** A folder is forced as well: its renames are done by now. */
    private static void setAttributes(
            FileOps steps, AttributeWriter attributeWriter, Optional<Path> place, TreeEntry wanted) throws IOException {
        Optional<FileStat> stat = place.isEmpty() ? Optional.empty() : PathSwap.stat(place.get());
        if (stat.isEmpty() || (stat.get().type() == FileStat.Type.LINK) != (wanted instanceof TreeEntry.Link)) {
            LOG.warn("{} is gone or was replaced by another process; its attributes are not set", wanted.path());
            return;
        }
        if (!attributeWriter.isSet(place.get(), wanted.attributes())) {
            steps.setAttributes(attributeWriter, place.get(), wanted.attributes());
        }
        if (stat.get().type() == FileStat.Type.FOLDER) {
            steps.force(place.get());
        }
    }

    private static void forceOwn(FileOps steps, Plan plan, TreeRoot root) throws IOException {
        steps.force(plan.header().undone(root));
        if (Files.isDirectory(plan.header().staged(root))) {
            steps.force(plan.header().staged(root));
        }
    }

    private interface Work {
        /** @param reached takes the path of each change before it is made: a failure names it */
        void on(FileOps steps, Plan plan, TreeRoot root, Consumer<SafePath> reached) throws IOException;
    }
}
