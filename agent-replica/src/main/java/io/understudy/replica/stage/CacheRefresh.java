package io.understudy.replica.stage;

import io.understudy.exchange.Change;
import io.understudy.exchange.Plan;
import io.understudy.files.FileCache;
import io.understudy.files.FileCache.Known;
import io.understudy.files.FileStat;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Adds to the file cache of a tree what an applied plan put there: its hashes are known, so these files need not be
 * read for the next snapshot.
 */
public final class CacheRefresh {
    private final Plans plans;

    public CacheRefresh(Plans plans) {
        this.plans = plans;
    }

    /** Remembers every file of the plan that still looks as it was put there. */
    public void learn(Plan plan, TreeRoot root) {
        Path cache = plans.folder().resolve(plan.header().tree() + ".files");
        try (FileCache.Reader known = FileCache.read(cache);
                FileCache.Writer fresh = FileCache.write(cache)) {
            Optional<Known> old = known.next();
            for (int i = 0; i < plan.size(); i++) {
                if (plan.change(i) instanceof Change.Put put && put.entry().entry() instanceof TreeEntry.File file) {
                    while (old.isPresent() && old.get().path().compareTo(file.path()) < 0) {
                        fresh.add(old.get());
                        old = known.next();
                    }
                    if (old.isPresent() && old.get().path().equals(file.path())) {
                        old = known.next();
                    }
                    stat(root.resolve(file.path()))
                            .filter(stat -> isAsPut(stat, file))
                            .ifPresent(stat -> fresh.add(file.path(), stat, file.hash()));
                }
            }
            for (; old.isPresent(); old = known.next()) {
                fresh.add(old.get());
            }
            fresh.commit();
        }
    }

    private static boolean isAsPut(FileStat stat, TreeEntry.File file) {
        return stat.type() == FileStat.Type.FILE
                && stat.size() == file.size()
                && stat.modified().equals(file.attributes().modified());
    }

    private static Optional<FileStat> stat(Path path) {
        try {
            return Optional.of(FileStat.of(path));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
