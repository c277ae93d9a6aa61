package io.understudy.primary.capture;

import io.understudy.config.ClosureRule;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import io.understudy.files.FileStat;
import io.understudy.files.RelativePath;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.postgres.Database;
import io.understudy.primary.capture.database.ClosureQuery;
import io.understudy.repository.ClosureData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Compares what the rows of the site's database name now with the files of its trees now, in both directions. The rows
 * are read first, and the files are walked behind that, so a file that comes in between is not missing.
 */
public final class LiveClosure {
    /** A file that is younger may be named by a row that is yet to be committed. */
    public static final Duration YOUNG = Duration.ofHours(1);

    private final Database database;
    private final List<ClosureRule> rules;
    private final List<TreeSettings> trees;
    private final Path state;
    private final Clock clock;

    /** @param state the agents' state folder */
    public LiveClosure(Database database, List<ClosureRule> rules, List<TreeSettings> trees, Path state, Clock clock) {
        this.database = database;
        this.rules = rules;
        this.trees = trees;
        this.state = state;
        this.clock = clock;
    }

    /**
     * A tree with the rules that name its files.
     *
     * @param missing one for each rule, in order
     * @param unreferenced how many files no rule names; empty where that was not asked, or is not known
     * @param paths the first of them
     */
    public record Found(String tree, List<ClosureData> missing, Optional<Long> unreferenced, List<String> paths) {}

    /**
     * @param most how many files are listed that no row names; empty: these are not looked for
     * @throws UnderstudyException {@code CONFIG_INVALID} without rules; {@code FILE_*} of a tree
     */
    public List<Found> look(Optional<Integer> most) {
        if (rules.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot compare rows with files: no query is configured",
                    "set closure: [{tree: media, query: \"select path from medium\"}]; see docs/holds.md");
        }
        List<Found> all = new ArrayList<>();
        try (ClosureSpool spool = new ClosureSpool(state, rules, "live")) {
            ClosureQuery.ask(database, spool);
            for (TreeSettings tree : trees) {
                List<ClosureRule> own = rules.stream()
                        .filter(rule -> rule.tree().equals(tree.name()))
                        .toList();
                if (!own.isEmpty()) {
                    all.add(look(tree, own, spool, most));
                }
            }
        }
        return all;
    }

    private Found look(TreeSettings tree, List<ClosureRule> own, ClosureSpool spool, Optional<Integer> most) {
        if (tree.source().isPresent()) {
            List<ClosureData> unknown = own.stream()
                    .map(rule ->
                            ClosureData.unknown(rule.tree(), rule.query(), "its files are in no folder of this server"))
                    .toList();
            return new Found(tree.name(), unknown, Optional.empty(), List.of());
        }
        PathSet.Builder files = new PathSet.Builder();
        boolean fits = walk(tree, found -> {}, files);
        List<ClosureData> missing = own.stream()
                .map(rule -> fits ? spool.compare(rule, files.build()) : spool.tooMany(rule))
                .toList();
        boolean known = most.isPresent() && missing.stream().allMatch(each -> each.unknown() == null);
        return known
                ? unreferenced(tree, own, spool, missing, most.get())
                : new Found(tree.name(), missing, Optional.empty(), List.of());
    }

    private Found unreferenced(
            TreeSettings tree, List<ClosureRule> own, ClosureSpool spool, List<ClosureData> missing, int most) {
        PathSet.Builder names = new PathSet.Builder();
        boolean[] fits = {true};
        for (ClosureRule rule : own) {
            try (InputStream lines = spool.names(rule)) {
                NameLines.read(lines, name -> fits[0] &= names.add(RelativePath.normalised(name)));
            } catch (IOException e) {
                fits[0] = false;
            }
        }
        if (!fits[0]) {
            return new Found(tree.name(), missing, Optional.empty(), List.of());
        }
        PathSet named = names.build();
        Instant young = clock.instant().minus(YOUNG);
        List<String> paths = new ArrayList<>();
        long[] count = {0};
        walk(
                tree,
                found -> {
                    boolean old = found.stat().modified().isBefore(young);
                    if (old && !named.holds(found.path().bytes()) && count[0]++ < most) {
                        paths.add(found.path().toString());
                    }
                },
                new PathSet.Builder());
        return new Found(tree.name(), missing, Optional.of(count[0]), paths);
    }

    /** @return whether the set has all of them */
    private static boolean walk(TreeSettings tree, Consumer<TreeWalker.Found> each, PathSet.Builder files) {
        TreeWalker walker = new TreeWalker(TreeRoot.of(tree.path()), Excludes.of(tree.exclude()));
        boolean fits = true;
        for (Optional<TreeWalker.Found> next = walker.next(); next.isPresent(); next = walker.next()) {
            TreeWalker.Found found = next.get();
            if (found.is(FileStat.Type.FILE) || found.is(FileStat.Type.LINK)) {
                fits &= files.add(found.path().bytes());
                each.accept(found);
            }
        }
        return fits;
    }
}
