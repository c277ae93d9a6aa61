package io.understudy.bench;

import java.util.EnumSet;
import java.util.Set;

/** What can be measured. */
enum Benchmark {
    /** A full snapshot, and one of an unchanged site. */
    SNAPSHOTS,
    /** A snapshot after one per cent has changed. */
    CHANGED,
    /** A full import. */
    IMPORT,
    /** Imports after one per cent has changed. */
    DIFFERENCES,
    /** From the commit to the standby's site, on the demo's site. */
    FOLLOW,
    /** What the site's own transactions notice of snapshots. */
    HOST,
    /** The agents' memory with one very large table and file. */
    LARGE;

    /** All but the one that takes minutes and tens of gigabytes. */
    static Set<Benchmark> usual() {
        return EnumSet.complementOf(EnumSet.of(LARGE));
    }
}
