package io.understudy.replica.hold;

import io.understudy.files.TreeEntry;
import io.understudy.repository.tree.IndexEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Some of the files that changed, each with the same chance (reservoir sampling, Vitter's algorithm R), and how their
 * names end. Its size does not grow with the number of files. Not thread-safe.
 */
final class ChangedSample {
    /** So many files are looked at. */
    static final int MOST = 48;

    /** A smaller file shows too little. */
    static final int SMALLEST = 1 << 10;

    private static final int MOST_ENDINGS = 4096;

    /** @param old what it was before; empty where the name is new */
    record Pair(Optional<IndexEntry> old, IndexEntry now) {}

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Pair> pairs = new ArrayList<>();
    private final Set<String> before = new HashSet<>();
    private final Map<String, Long> now = new HashMap<>();
    private long seen;

    void gone(IndexEntry entry) {
        if (before.size() < MOST_ENDINGS) {
            before.add(ending(entry));
        }
    }

    void came(Optional<IndexEntry> old, IndexEntry entry) {
        String ending = ending(entry);
        if (now.size() < MOST_ENDINGS || now.containsKey(ending)) {
            now.merge(ending, 1L, Long::sum);
        }
        if (((TreeEntry.File) entry.entry()).size() < SMALLEST) {
            return;
        }
        seen++;
        if (pairs.size() < MOST) {
            pairs.add(new Pair(old, entry));
        } else {
            long place = random.nextLong(seen);
            if (place < MOST) {
                pairs.set((int) place, new Pair(old, entry));
            }
        }
    }

    List<Pair> pairs() {
        return List.copyOf(pairs);
    }

    /** The ending that most files have now and none had before; empty where most have one that was there. */
    Optional<String> newEnding() {
        long all = now.values().stream().mapToLong(Long::longValue).sum();
        return now.entrySet().stream()
                .filter(each -> !each.getKey().isEmpty() && !before.contains(each.getKey()))
                .filter(each -> each.getValue() * 2 > all)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** What follows the last dot of the name; empty without one. */
    private static String ending(IndexEntry entry) {
        String path = entry.entry().path().toString();
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
