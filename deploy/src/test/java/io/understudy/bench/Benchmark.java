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
    /** What is stored after one per cent of the rows, at random, has changed: by an agent that tracks changes. */
    SCATTERED,
    /** What a tracked snapshot after one changed row writes for a site with very many tables and files. */
    METADATA,
    /** A full import. */
    IMPORT,
    /** Imports after one per cent has changed. */
    DIFFERENCES,
    /** Full snapshots and imports of an encrypted repository, against the same of a plain one. */
    ENCRYPTED,
    /** What the databases of a standby that keeps no previous one take. */
    DISK,
    /** From the commit to the standby's site, on the demo's site. */
    FOLLOW,
    /** From the decision to the promoted site, with something loaded ahead. */
    PROMOTE,
    /** What a switchover, a promotion after a crash and the return of the old primary cost the demo's visitors. */
    FAILOVER,
    /** What the site's own transactions notice of snapshots. */
    HOST,
    /** How old the data is that a promotion would serve, under load and with continuous snapshots. */
    AGE,
    /** The agents' memory with one very large table and file. */
    LARGE,
    /** Snapshots and imports of a tree of very many small files. */
    MANY,
    /** What a site of 10 TB would cost, calculated. */
    SCALE;

    /** All but those that take minutes and tens of gigabytes. */
    static Set<Benchmark> usual() {
        return EnumSet.complementOf(EnumSet.of(LARGE, MANY, SCALE));
    }
}
