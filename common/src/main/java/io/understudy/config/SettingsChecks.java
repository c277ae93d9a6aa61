package io.understudy.config;

import io.understudy.config.OtherDatabase.Sqlite;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import io.understudy.files.RealPath;
import io.understudy.files.SafePath;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must hold between settings, and in values with a grammar of their own.
 *
 * <p>More than 300 lines, for each check is a few lines, and no two belong together.
 */
final class SettingsChecks {
    /** So many continuous snapshots may be kept. */
    private static final int MOST_CONTINUOUS = 50_000;

    private static final Logger LOG = LoggerFactory.getLogger(SettingsChecks.class);

    /** A DNS name, an IPv4 or an IPv6 address. */
    private static final Pattern NAME_IN_CERTIFICATE = Pattern.compile(
            "(?i)[a-z0-9_][a-z0-9_-]{0,62}(?:\\.[a-z0-9_][a-z0-9_-]{0,62})*+|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*");

    private final Values top;
    private final PeriodChecks periods;

    SettingsChecks(Values top) {
        this.top = top;
        this.periods = new PeriodChecks(top.below("primary"));
    }

    void check(Settings settings) {
        periods.schedule(settings.primary().schedule());
        retention(settings);
        replicas(settings);
        trees(settings.trees());
        outsideTrees(Setting.MARKER, settings.marker(), settings);
        outsideTrees(Setting.STATE, settings.state(), settings);
        filestores(settings);
        sqlite(settings);
        buckets(settings);
    }

    /** An import deletes what its own snapshot lacks, in all of a place. */
    private void buckets(Settings settings) {
        Map<String, StorePlace> taken = new LinkedHashMap<>();
        FilestoreSettings main = settings.filestore();
        main
                .several()
                .map(several ->
                        several.stores().stream().map(NamedFilestore::settings).toList())
                .orElse(List.of(main))
                .stream()
                .filter(store -> !"file".equals(store.url().getScheme()))
                .forEach(store -> taken.put("the filestore " + store.url(), StorePlace.of(store)));
        List<Values> all = top.each("trees");
        for (int i = 0; i < settings.trees().size(); i++) {
            TreeSettings tree = settings.trees().get(i);
            if (tree.bucket().isEmpty()) {
                continue;
            }
            Values values = all.get(i).below("bucket");
            Map<String, StorePlace> own = new LinkedHashMap<>();
            place(values, Setting.TREE_BUCKET_URL, tree, tree.bucket().get().first(), taken, own);
            tree.bucket()
                    .get()
                    .second()
                    .ifPresent(second -> place(values, Setting.TREE_BUCKET_SECOND, tree, second, taken, own));
            taken.putAll(own);
        }
    }

    private static void place(
            Values values,
            Setting setting,
            TreeSettings tree,
            FilestoreSettings store,
            Map<String, StorePlace> taken,
            Map<String, StorePlace> own) {
        StorePlace place = StorePlace.of(store);
        taken.forEach((what, other) -> {
            if (place.meets(other)) {
                values.fault(setting, "is the place of " + what + ", or one lies in the other");
            }
        });
        own.put("tree " + tree.name() + ", " + store.url(), place);
    }

    /** A tree would carry the file a second time, of another moment, and delete what an import puts next to it. */
    private void sqlite(Settings settings) {
        List<Values> all = top.each("databases");
        for (int i = 0; i < settings.databases().size(); i++) {
            if (settings.databases().get(i).access() instanceof Sqlite sqlite) {
                Values values = all.get(i);
                settings.trees().stream()
                        .filter(SettingsChecks::given)
                        .flatMap(tree -> Stream.of(
                                        carried(tree, tree.path(), sqlite.file()),
                                        carried(tree, RealPath.orItself(tree.path()), RealPath.orItself(sqlite.file())))
                                .flatMap(Optional::stream)
                                .map(inside -> "lies in tree " + tree.name() + ": add \"" + inside
                                        + "*\" to the exclude of that tree"))
                        .findFirst()
                        .ifPresent(fault -> values.fault(Setting.DATABASES_PATH, fault));
            }
        }
    }

    /** The file as a path within the tree, where that has it and does not exclude it and what lies next to it. */
    private static Optional<Path> carried(TreeSettings tree, Path root, Path file) {
        return Optional.of(file)
                .filter(each -> each.startsWith(root))
                .map(root::relativize)
                .filter(inside -> !(excludes(tree, tree.path().resolve(inside))
                        && excludes(tree, tree.path().resolve(inside + ".understudy-1"))));
    }

    private static boolean excludes(TreeSettings tree, Path file) {
        try {
            return Excludes.of(tree.exclude())
                    .match(SafePath.of(tree.path().relativize(file).toString()));
        } catch (UnderstudyException e) {
            // A broken glob has a fault of its own.
            return true;
        }
    }

    private void filestores(Settings settings) {
        List<Values> items = top.each("filestores");
        if (settings.filestore().several().isEmpty()) {
            filestore(items.isEmpty() ? top.below("filestore") : items.get(0), settings.filestore(), settings);
            return;
        }
        List<NamedFilestore> stores = settings.filestore().several().get().stores();
        for (int i = 0; i < stores.size(); i++) {
            filestore(items.get(i), stores.get(i).settings(), settings);
            lock(items.get(i).below("retention"), stores.get(i));
            different(items.get(i), stores.get(i), stores.subList(0, i));
        }
    }

    private static void different(Values values, NamedFilestore store, List<NamedFilestore> earlier) {
        if (earlier.stream().anyMatch(each -> each.name().equals(store.name()))) {
            values.fault(Setting.FILESTORES_NAME, "is taken by another filestore: " + store.name());
        }
        earlier.stream()
                .filter(each -> each.settings().url().equals(store.settings().url())
                        && each.settings()
                                .s3()
                                .endpoint()
                                .url()
                                .equals(store.settings().s3().endpoint().url()))
                .findFirst()
                .ifPresent(each -> values.fault(Setting.FILESTORE_URL, "is that of filestore " + each.name()));
    }

    private void filestore(Values values, FilestoreSettings store, Settings settings) {
        URI url = store.url();
        switch (String.valueOf(url.getScheme())) {
            case "file" -> directory(values, url, settings);
            case "sftp" -> new SshChecks(values).check(url, store.ssh());
            default -> {
                if (url.getHost() == null) {
                    values.fault(Setting.FILESTORE_URL, "names no bucket: s3://bucket/prefix");
                }
            }
        }
        if (settings.filestore().several().isEmpty() && lacksBucketToLock(store)) {
            top.below("retention")
                    .fault(Setting.RETENTION_LOCK, "needs a bucket with Object Lock: filestore.url names a folder");
        }
        new BucketChecks(values).check(store.s3());
    }

    private void lock(Values own, NamedFilestore store) {
        if (!lacksBucketToLock(store.settings())) {
            return;
        }
        if (RetentionReader.has(own, Setting.RETENTION_LOCK)) {
            own.fault(Setting.RETENTION_LOCK, "needs a bucket with Object Lock: its url names a folder");
        } else {
            top.below("retention")
                    .fault(
                            Setting.RETENTION_LOCK,
                            "is that of all filestores, and " + store.name()
                                    + " is no bucket: set it in filestores[].retention of those that are");
        }
    }

    private static boolean lacksBucketToLock(FilestoreSettings store) {
        return !"s3".equals(store.url().getScheme()) && store.s3().lock().isPresent();
    }

    private void retention(Settings settings) {
        rule(top.below("retention"), settings.retention(), settings);
        periods.keepsSome(
                top.below("retention"), settings.retention(), settings.primary().schedule());
        settings.filestore().several().ifPresent(several -> {
            List<Values> all = top.each("filestores");
            for (int i = 0; i < several.stores().size(); i++) {
                Values values = all.get(i);
                several.stores().get(i).retention().ifPresent(own -> {
                    rule(values.below("retention"), own, settings);
                    if (!own.keep().equals(settings.retention().keep())) {
                        periods.keepsSome(
                                values.below("retention"),
                                own,
                                settings.primary().schedule());
                    }
                });
            }
        });
    }

    private void rule(Values values, RetentionSettings rule, Settings settings) {
        periods.rule(values, rule);
        continuous(values, rule, settings);
    }

    /** All manifests have to be listed, by readers too. */
    private static void continuous(Values values, RetentionSettings rule, Settings settings) {
        settings.primary()
                .continuous()
                .filter(every -> rule.continuous().dividedBy(every) > MOST_CONTINUOUS)
                .ifPresent(every -> values.fault(
                        Setting.RETENTION_CONTINUOUS,
                        "must be at most " + MOST_CONTINUOUS + " times primary.continuous: each may be a snapshot"));
    }

    /** Names are compared with those in certificates letter by letter: a pattern would let in more than one server. */
    private void replicas(Settings settings) {
        settings.primary().replicas().stream()
                .filter(name -> !NAME_IN_CERTIFICATE.matcher(name).matches())
                .forEach(name -> top.below("primary")
                        .fault(
                                Setting.PRIMARY_REPLICAS,
                                "must be a list of DNS names or addresses, without ports and wildcards: " + name));
        settings.failover().switchoverBy().stream()
                .filter(name -> !settings.primary().replicas().contains(name))
                .forEach(name -> top.below("primary")
                        .fault(
                                Setting.PRIMARY_SWITCHOVER_BY,
                                "must be a list of names of primary.replicas, which does not have " + name));
    }

    private void trees(List<TreeSettings> trees) {
        Set<String> names = new HashSet<>();
        List<Values> all = top.each("trees");
        for (int i = 0; i < trees.size(); i++) {
            TreeSettings tree = trees.get(i);
            Values values = all.get(i);
            if (!names.add(tree.name())) {
                values.fault(Setting.TREE_NAME, "is taken by another tree: " + tree.name());
            }
            for (TreeSettings earlier : trees.subList(0, i)) {
                if (given(tree)
                        && given(earlier)
                        && (lies(tree.path(), earlier.path()) || lies(earlier.path(), tree.path()))) {
                    values.fault(Setting.TREE_PATH, "overlaps tree " + earlier.name() + ": " + tree.path());
                }
            }
            tree.exclude().forEach(glob -> exclude(values, glob));
        }
    }

    private static void exclude(Values values, String glob) {
        if (glob.startsWith("/")) {
            values.fault(Setting.TREE_EXCLUDE, "must be relative to the tree's path: " + glob);
            return;
        }
        values.parsed(Setting.TREE_EXCLUDE, glob, "holds a broken glob", text -> {
            try {
                return Excludes.of(List.of(text));
            } catch (UnderstudyException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    private static void directory(Values values, URI url, Settings settings) {
        String folder = url.getPath();
        if (folder == null || folder.length() < 2) {
            values.fault(Setting.FILESTORE_URL, "names no folder: file:///folder");
            return;
        }
        insideTree(
                Path.of(folder),
                settings,
                name -> values.fault(
                        Setting.FILESTORE_URL, "lies in tree " + name + ": every snapshot would hold all others"));
    }

    private void outsideTrees(Setting setting, Path path, Settings settings) {
        insideTree(
                path,
                settings,
                name -> top.fault(setting, "must not lie in a tree, but lies in " + name + ": " + path));
    }

    private static void insideTree(Path path, Settings settings, java.util.function.Consumer<String> fault) {
        settings.trees().stream()
                .filter(tree -> given(tree) && lies(path, tree.path()))
                .map(TreeSettings::name)
                .findFirst()
                .ifPresent(fault);
    }

    /** A tree whose path is missing has its fault already. */
    private static boolean given(TreeSettings tree) {
        return tree.path().getNameCount() > 0;
    }

    /** Whether a path lies in a folder, by name or, where they exist, behind links. */
    private static boolean lies(Path path, Path folder) {
        return path.startsWith(folder) || RealPath.orItself(path).startsWith(RealPath.orItself(folder));
    }
}
