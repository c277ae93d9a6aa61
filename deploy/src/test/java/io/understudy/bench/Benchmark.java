package io.understudy.bench;

import java.util.EnumSet;
import java.util.Set;

/** What can be measured. */
enum Benchmark {
    /** A full snapshot, by an agent just started and by one that runs on, and one of an unchanged site. */
    SNAPSHOTS,
    /** Full snapshots of a site with small files alone, none of which compresses. */
    SMALL,
    /** A snapshot after one per cent has changed. */
    CHANGED,
    /** Snapshots of an agent that tracks changes. */
    TRACKED,
    /** A full import. */
    IMPORT,
    /** Imports after one per cent has changed. */
    DIFFERENCES,
    /** From the commit to the standby's site, on the demo's site. */
    FOLLOW,
    /** What the site's own transactions notice of snapshots. */
    HOST,
    /** The agents' memory with one very large table and file. */
    LARGE,
    /** Snapshots and imports of a tree of very many small files. */
    MANY;

    /** All but those that take minutes and tens of gigabytes. */
    static Set<Benchmark> usual() {
        return EnumSet.complementOf(EnumSet.of(LARGE, MANY));
    }
}
