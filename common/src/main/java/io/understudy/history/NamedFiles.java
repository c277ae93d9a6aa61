package io.understudy.history;

import io.understudy.browse.SnapshotFiles;
import io.understudy.config.ClosureRule;
import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.RelativePath;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import io.understudy.history.RowNote.NotedFile;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.restore.MissingFiles;
import io.understudy.restore.TreePolicy;
import io.understudy.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files that rows name by the queries of {@code closure}: what a query gives in the transaction after the rows were
 * stored, and did not give before. A query that fails costs its answer. Not thread-safe.
 */
final class NamedFiles {
    /** Of paths. */
    private static final int MOST = 100_000;

    private static final int AT_ONCE = 1000;
    /** Of names that a query gives, one of them for a file or not: more are not looked through. */
    private static final int MOST_READ = 8_000_000;

    private final Settings settings;
    private final Session session;
    private final Ticker ticker;
    private final int mostRead;
    private final Consumer<String> remarks;
    /** By the number of the temporary table. */
    private final Map<Integer, ClosureRule> asked = new LinkedHashMap<>();
    /** By tree. */
    private final Map<String, List<String>> named = new LinkedHashMap<>();

    /** @param session in which rows are stored */
    NamedFiles(Settings settings, Session session, Ticker ticker, Consumer<String> remarks) {
        this(settings, session, ticker, MOST_READ, remarks);
    }

    /** @param mostRead how many names of a query are looked through */
    NamedFiles(Settings settings, Session session, Ticker ticker, int mostRead, Consumer<String> remarks) {
        this.settings = settings;
        this.session = session;
        this.ticker = ticker;
        this.mostRead = mostRead;
        this.remarks = remarks;
    }

    /** Asks before the rows are stored, in the transaction in which they will be. */
    void before() {
        asked.clear();
        int number = 0;
        for (ClosureRule rule : settings.closure()) {
            int table = number++;
            alone(rule, () -> {
                String name = "understudy_named_" + table;
                session.execute("CREATE TEMPORARY TABLE " + name + " ON COMMIT DROP AS " + select(rule) + " LIMIT "
                        + (mostRead + 1L));
                // A part of them would make the others look as if these rows named them.
                if (session.number("SELECT count(*) FROM pg_temp." + name) > mostRead) {
                    throw tooMany();
                }
                asked.put(table, rule);
            });
        }
    }

    private static String select(ClosureRule rule) {
        return select(rule, "DISTINCT ");
    }

    private static String select(ClosureRule rule, String which) {
        // A query of its own line: a comment at its end takes nothing along.
        return "SELECT " + which + "named::text AS path FROM (\n" + rule.query()
                + "\n) AS asked(named) WHERE named::text <> ''";
    }

    private void alone(ClosureRule rule, Runnable work) {
        session.execute("SAVEPOINT understudy_named");
        try {
            session.execute("SET LOCAL search_path = public, pg_temp; SET LOCAL statement_timeout = "
                    + rule.limit().toMillis());
            work.run();
            session.execute("SET LOCAL search_path = DEFAULT; SET LOCAL statement_timeout = 0;"
                    + " RELEASE SAVEPOINT understudy_named");
        } catch (UnderstudyException e) {
            session.execute("ROLLBACK TO SAVEPOINT understudy_named");
            remarks.accept("which files of tree " + rule.tree() + " the rows name is not known: " + e.getMessage());
        }
    }

    /** Asks after the rows were stored, in the same transaction. */
    void after() {
        named.clear();
        asked.forEach((table, rule) -> {
            List<String> paths = new ArrayList<>();
            alone(
                    rule,
                    () -> paths.addAll(session.query(
                            select(rule) + " EXCEPT SELECT path FROM pg_temp.understudy_named_" + table
                                    + " ORDER BY 1 LIMIT " + (MOST + 1),
                            row -> row.text("path"))));
            if (paths.size() > MOST) {
                paths.remove(MOST);
                remarks.accept("the rows name more than " + MOST + " files of tree " + rule.tree()
                        + ": the others do not come back");
            }
            named.computeIfAbsent(rule.tree(), none -> new ArrayList<>()).addAll(paths);
        });
    }

    /**
     * Brings those back that the rows name and that are missing, each as the newest snapshot has it; before the rows
     * can be seen, and while nothing of the site is locked.
     *
     * @param brought receives what came back, each once it is there
     */
    void bring(SnapshotRows snapshots, Consumer<NotedFile> brought) {
        settings.trees().stream()
                .filter(tree -> tree.source().isEmpty())
                .forEach(tree -> bring(tree, named.getOrDefault(tree.name(), List.of()), snapshots, brought));
    }

    private void bring(TreeSettings tree, List<String> paths, SnapshotRows snapshots, Consumer<NotedFile> brought) {
        TreeRoot root = TreeRoot.of(tree.path());
        MissingFiles files = new MissingFiles(root, new TreePolicy(tree.kind(), false, false));
        TreeSet<SafePath> missing = new TreeSet<>();
        for (String path : paths) {
            safe(path).filter(files::isMissing).ifPresent(missing::add);
        }
        if (!missing.isEmpty()) {
            snapshots.each(opened -> {
                for (IndexEntry line : found(new SnapshotFiles(opened), tree.name(), missing)) {
                    SafePath path = line.entry().path();
                    Optional<String> why = files.bring(line, opened.blobs());
                    why.ifPresentOrElse(
                            text -> remarks.accept("file " + tree.name() + "/" + path + " is left out: " + text),
                            () -> brought.accept(note(tree.name(), line)));
                    missing.remove(path);
                }
                return !missing.isEmpty();
            });
        }
        missing.forEach(path -> remarks.accept("file " + tree.name() + "/" + path + " is in no snapshot"));
    }

    /**
     * Which of these files rows name now, or may name: also those of which no rule says it any more, or whose query
     * fails.
     *
     * @param files of trees
     * @return why each of them is to stay
     */
    Map<NotedFile, String> stillNamed(List<NotedFile> files) {
        Map<NotedFile, String> still = new HashMap<>();
        files.stream()
                .filter(file -> settings.closure().stream()
                        .noneMatch(rule -> rule.tree().equals(file.tree())))
                .forEach(file -> still.put(file, "closure has no rule for its tree any more, so rows may name it"));
        for (ClosureRule rule : settings.closure()) {
            List<NotedFile> asked = files.stream()
                    .filter(each -> each.tree().equals(rule.tree()))
                    .toList();
            if (asked.isEmpty()) {
                continue;
            }
            Set<String> left = asked.stream().map(NotedFile::path).collect(Collectors.toCollection(HashSet::new));
            boolean[] known = {false};
            session.execute("BEGIN READ ONLY");
            alone(rule, () -> {
                removeNamed(rule, asked, left);
                known[0] = true;
            });
            session.execute("ROLLBACK");
            asked.stream()
                    .filter(each -> !known[0] || !left.contains(each.path()))
                    .forEach(each -> still.put(each, known[0] ? "rows name it still" : "rows may name it"));
        }
        return still;
    }

    /**
     * A site may name any number of files so that each might be one of these. The limit holds for all that is fetched:
     * that of a statement begins again with each piece.
     */
    private void removeNamed(ClosureRule rule, List<NotedFile> asked, Set<String> left) {
        long start = ticker.nanos();
        session.execute("DECLARE understudy_names NO SCROLL CURSOR FOR " + named(rule, asked));
        long read = 0;
        while (!left.isEmpty()) {
            long time = rule.limit().minus(ticker.since(start)).toMillis();
            if (time <= 0) {
                throw new UnderstudyException(
                        ErrorCode.CLOSURE_INCOMPLETE,
                        "the query takes longer than " + rule.limit().toSeconds() + " s",
                        "raise closure[].limit");
            }
            session.execute("SET LOCAL statement_timeout = " + time);
            List<String> some =
                    session.query("FETCH " + AT_ONCE + " FROM understudy_names", row -> normalised(row.text("path")));
            if (some.isEmpty()) {
                return;
            }
            some.forEach(left::remove);
            read += some.size();
            if (read > mostRead) {
                throw tooMany();
            }
        }
    }

    private UnderstudyException tooMany() {
        return new UnderstudyException(
                ErrorCode.CLOSURE_INCOMPLETE,
                "the query names more than " + mostRead + " files",
                "have it name each file once, as it is in the tree");
    }

    private static String normalised(String path) {
        return new String(RelativePath.normalised(path.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    /** As they are in the tree, or with names in them that are taken out. */
    private String named(ClosureRule rule, List<NotedFile> asked) {
        // Not each once: for that all of them would have to be there first.
        return "SELECT path FROM (" + select(rule, "") + ") AS named WHERE btrim(path, '/') IN ("
                + asked.stream().map(each -> Sql.literal(each.path())).collect(Collectors.joining(", "))
                + ") OR btrim(path, '/') ~ '(^|/)[.]{0,2}(/|$)'";
    }

    private static NotedFile note(String tree, IndexEntry line) {
        String path = new String(line.entry().path().bytes(), StandardCharsets.UTF_8);
        return new NotedFile(tree, path, ((TreeEntry.File) line.entry()).hash().hex());
    }

    private Optional<SafePath> safe(String path) {
        try {
            return Optional.of(SafePath.of(normalised(path)));
        } catch (UnderstudyException e) {
            remarks.accept("a row names no path: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** To the end of the index: before it nothing is authentic. */
    private static List<IndexEntry> found(SnapshotFiles files, String name, TreeSet<SafePath> missing) {
        Optional<TreeData> tree =
                files.trees().stream().filter(each -> each.name().equals(name)).findFirst();
        if (tree.isEmpty()) {
            return List.of();
        }
        try (Stream<IndexEntry> entries = files.entries(tree.get())) {
            return entries.filter(each -> each.entry() instanceof TreeEntry.File
                            && missing.contains(each.entry().path()))
                    .toList();
        }
    }
}
