package io.understudy.exchange;

import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.restore.AttributeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a plan live by renames, and takes it back. Forward: exchanges in the plan's order, then attributes, which a
 * folder's own exchanges would spoil. Back: exchanges in reverse, then the old attributes. Each call starts over and
 * skips what is done, so it may be killed at any operation. Not for concurrent use.
 */
public final class PlanExchange {
    private static final Logger LOG = LoggerFactory.getLogger(PlanExchange.class);

    private final Plan plan;
    private final TreeRoot root;
    private final FileOps steps;
    private final Runnable exchanged;
    private final Runnable returned;
    /** Where it is, for the message of a failure. */
    private Path at;

    /**
     * @param exchanged runs after each path that went live
     * @param returned runs after each path that was taken back
     */
    public PlanExchange(Plan plan, TreeRoot root, FileHook hook, Runnable exchanged, Runnable returned) {
        this.plan = plan;
        this.root = root;
        this.steps = new FileOps(hook);
        this.exchanged = exchanged;
        this.returned = returned;
        this.at = root.folder();
    }

    private interface Work {
        void run() throws IOException;
    }

    /**
     * What is staged goes live; what was there is kept in the undo folder.
     *
     * @throws io.understudy.failure.UnderstudyException {@code FILE_*}, naming the path
     */
    public void forward() {
        run(this::goForward);
    }

    /**
     * Takes back what {@link #forward} did.
     *
     * @throws io.understudy.failure.UnderstudyException {@code FILE_*}, naming the path
     */
    public void back() {
        run(this::goBack);
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            throw FileFailure.of("exchange", at, e);
        }
    }

    private void reach(SafePath path) {
        at = root.resolve(path);
    }

    private void goForward() throws IOException {
        WorkFolder.create(root, plan.header().undone(root));
        LivePaths paths = new LivePaths(plan, root, steps);
        for (int i = 0; i < plan.size(); i++) {
            Change change = plan.change(i);
            reach(change.path());
            if (change instanceof Change.Put) {
                paths.exchange(change).put();
                exchanged.run();
            } else if (change instanceof Change.Remove) {
                paths.exchange(change).remove();
                exchanged.run();
            }
        }
        AttributeWriter attributeWriter = attributeWriter();
        for (int i = 0; i < plan.size(); i++) {
            if (plan.change(i) instanceof Change.SetAttributes set) {
                reach(set.path());
                setAttributes(attributeWriter, paths.reach(set.path()), set.fresh());
            }
        }
        attributeWriter.report(plan.header().tree());
        forceOwn();
    }

    private void goBack() throws IOException {
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
            reach(change.path());
            if (change instanceof Change.Put) {
                Optional<PathSwap> exchange = paths.exchangeBack(change);
                if (exchange.isPresent()) {
                    exchange.get().unput();
                    returned.run();
                }
            } else if (change instanceof Change.Remove) {
                paths.exchange(change).unremove();
                returned.run();
            }
        }
        AttributeWriter attributeWriter = attributeWriter();
        for (int i = 0; i < plan.size(); i++) {
            if (plan.change(i) instanceof Change.SetAttributes set && set.was().isPresent()) {
                reach(set.path());
                TreeEntry old = set.fresh() instanceof TreeEntry.Link link
                        ? new TreeEntry.Link(link.path(), set.was().get(), link.target())
                        : new TreeEntry.Folder(set.path(), set.was().get());
                setAttributes(attributeWriter, paths.reach(set.path()), old);
            }
        }
        forceOwn();
    }

    private AttributeWriter attributeWriter() {
        return new AttributeWriter(plan.header().owners(), plan.header().kind() == TreeKind.SECRETS);
    }

    /** A folder is forced as well: its renames are done by now. */
    private void setAttributes(AttributeWriter attributeWriter, Optional<Path> place, TreeEntry wanted)
            throws IOException {
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

    private void forceOwn() throws IOException {
        steps.force(plan.header().undone(root));
        if (Files.isDirectory(plan.header().staged(root))) {
            steps.force(plan.header().staged(root));
        }
    }
}
