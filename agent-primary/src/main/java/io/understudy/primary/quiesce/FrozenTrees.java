package io.understudy.primary.quiesce;

import io.understudy.config.QuiesceSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.MountPoints;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The trees of one snapshot, fixed while the site is quiet. Used by one thread at a time. */
final class FrozenTrees {
    private final QuiesceSettings settings;
    private final QuiesceCommands commands;
    private final Reflinks reflinks;
    private final Supplier<MountPoints> mounts;
    private final List<TreeSettings> live;
    private final Ticker ticker;
    private volatile List<TreeSettings> trees;
    private final boolean leftover;
    private volatile boolean frozen;
    /** Whether what is frozen may be this snapshot's own, which is read. */
    private volatile boolean fixes;

    /** @param leftover whether those of a snapshot that was killed are left */
    FrozenTrees(
            QuiesceSettings settings,
            QuiesceCommands commands,
            Reflinks reflinks,
            Supplier<MountPoints> mounts,
            List<TreeSettings> live,
            boolean leftover,
            Ticker ticker) {
        this.settings = settings;
        this.commands = commands;
        this.reflinks = reflinks;
        this.mounts = mounts;
        this.live = List.copyOf(live);
        this.trees = this.live;
        this.leftover = leftover;
        this.frozen = leftover;
        this.ticker = ticker;
    }

    /** Each at the place where it is to be read. */
    List<TreeSettings> trees() {
        return trees;
    }

    /** Whether those of an earlier snapshot were left when this one began. */
    boolean hadLeftover() {
        return leftover;
    }

    /**
     * Before the site is stopped for nothing: also by a command that hangs when it is to remove what is left.
     *
     * @throws UnderstudyException {@code FILE_UNSUPPORTED}, {@code COMMAND_*}
     */
    void prepare() {
        if (leftover && !fixes && !settings.freeze().isEmpty()) {
            thaw();
        }
        if (settings.fixesByLinks()) {
            MountPoints now = mounts.get();
            linked().forEach(tree -> OneFileSystem.require(tree, now));
        }
    }

    private Stream<TreeSettings> linked() {
        return live.stream().filter(tree -> !tree.kind().isOfBucket());
    }

    /**
     * @param since when the site was stopped
     * @return how each was fixed
     */
    List<PrimaryEvent> fix(long since) {
        fixes = true;
        List<PrimaryEvent> fixed = new ArrayList<>();
        Map<String, Path> places = settings.frozen();
        if (!settings.freeze().isEmpty()) {
            thaw();
            frozen = true;
            commands.freeze();
        } else if (settings.links()) {
            frozen = true;
            places = linked().collect(Collectors.toMap(TreeSettings::name, tree -> farm(tree, since, fixed)));
        }
        Map<String, Path> frozenPlaces = places;
        trees = live.stream()
                .map(tree -> Optional.ofNullable(frozenPlaces.get(tree.name()))
                        .map(tree::at)
                        .orElse(tree))
                .toList();
        return fixed;
    }

    private Path farm(TreeSettings tree, long since, List<PrimaryEvent> fixed) {
        LinkFarm.Made made = LinkFarm.make(
                tree, reflinks, () -> settings.limit().minus(ticker.since(since)), () -> requireTime(since));
        fixed.add(
                made.reflinks()
                        ? new PrimaryEvent.TreeReflinked(tree.name())
                        : new PrimaryEvent.TreeHardLinked(tree.name()));
        return made.folder();
    }

    private void requireTime(long since) {
        if (ticker.since(since).compareTo(settings.limit()) > 0) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_TIMEOUT,
                    "cannot take a snapshot of the quiet site: it was stopped for "
                            + settings.limit().toSeconds()
                            + " s before all its files were linked, and started again",
                    "raise quiesce.limit, or set quiesce.freeze in place of files: link for large trees");
        }
    }

    /** @throws UnderstudyException what is left is to be removed by the next snapshot */
    void remove() {
        if (frozen && settings.fixesByLinks()) {
            live.forEach(LinkFarm::remove);
        }
        thaw();
    }

    private void thaw() {
        if (frozen && !settings.thaw().isEmpty()) {
            commands.thaw();
        }
        frozen = false;
    }
}
