package io.understudy.replica.databases;

import io.understudy.databases.Place;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which places there are next to the live databases, and how far each is: written before anything is done to one. Not
 * thread-safe; the caller holds the apply lock.
 *
 * <pre>
 * {"format":1,"places":[{"database":"shop","number":1795868000,"snapshot":"00000001-00000042",
 *  "apply":"17-00000001-00000042","at":"restored","content":"3fa1…/77c0…","keeps_foreign":false}],
 *  "ours":["shop"],"last":1795868000,"fingerprints":[{"database":"shop","content":"3fa1…","fingerprint":"77c0…"}]}
 * </pre>
 */
final class Places {
    /** What is live, and what a return brings back. */
    private static final int FINGERPRINTS = 3;

    private final StateFile<Kept> file;
    private final Path notes;
    private final Clock clock;

    Places(Path state, Clock clock) {
        this.file = StateFile.in(state, StateEntry.OTHER_DATABASES, Kept.class);
        this.notes = StateEntry.OTHER_DATABASE_NOTES.in(state);
        this.clock = clock;
    }

    /**
     * What is in a place.
     *
     * <pre>
     * RESTORING → RESTORED → SWAPPING → SWAPPED
     *     ↑          ↑           ↓         ↓
     *     └──────────┴────── RETURNING ────┘
     * </pre>
     *
     * What was live, even for a moment, may hold what the site wrote: it is restored again before its next use.
     */
    enum At {
        /** Something of a dump, or nothing. */
        RESTORING,
        /** A snapshot's database, whole. */
        RESTORED,
        /** One of the two, or some of each. */
        SWAPPING,
        /** What was live before the apply. */
        SWAPPED,
        /** As {@code SWAPPING}. */
        RETURNING
    }

    /**
     * @param apply that makes it live, as in {@link io.understudy.replica.state.PlanSet}
     * @param content what it is ({@link CopyContent}); empty: nothing that is known, so that it is restored again
     * @param keepsForeign whether a swap puts there what Understudy did not make
     */
    record Entry(
            String database, long number, String snapshot, String apply, At at, String content, boolean keepsForeign) {
        Entry at(At next) {
            return new Entry(database, number, snapshot, apply, next, content, keepsForeign);
        }

        Entry of(String nextApply, String nextSnapshot) {
            return new Entry(database, number, nextSnapshot, nextApply, at, content, keepsForeign);
        }

        Entry holding(String next) {
            return new Entry(database, number, snapshot, apply, at, next, keepsForeign);
        }

        Entry keepingForeign(boolean foreign) {
            return new Entry(database, number, snapshot, apply, at, content, foreign);
        }

        /** What is there may be no snapshot's any more. */
        Entry spoiled() {
            return new Entry(database, number, snapshot, apply, at, "", keepsForeign);
        }

        boolean isSpoiled() {
            return content.isEmpty();
        }

        /** Whether nothing of it became live. */
        boolean isUnbegun() {
            return at == At.RESTORING || at == At.RESTORED;
        }
    }

    /**
     * @param ours databases whose live content Understudy made
     * @param last number that was given: what is kept for its owner has one too, and is in no entry
     * @param fingerprints of the dumps that were restored last
     */
    private record Kept(List<Entry> places, Set<String> ours, long last, List<Print> fingerprints) {
        private Kept {
            places = places == null ? List.of() : List.copyOf(places);
            ours = ours == null ? Set.of() : Set.copyOf(ours);
            fingerprints = fingerprints == null ? List.of() : List.copyOf(fingerprints);
        }

        Kept with(List<Entry> next) {
            return new Kept(next, ours, last, fingerprints);
        }
    }

    /**
     * What a restored dump is as a database: that stays true whichever places are dropped.
     *
     * @param content as in {@link Entry}
     */
    private record Print(String database, String content, String fingerprint) {}

    private Kept kept() {
        return file.read().orElseGet(() -> new Kept(List.of(), Set.of(), 0, List.of()));
    }

    List<Entry> all() {
        return kept().places();
    }

    List<Entry> of(String apply) {
        return all().stream().filter(each -> each.apply().equals(apply)).toList();
    }

    /**
     * Where a database's next content goes: what is there for the same apply, whole or not, for that makes one place of
     * a database live; else what an attempt left half; else a new one.
     */
    Entry begin(String database, String snapshot, String apply, String content) {
        Optional<Entry> left = all().stream()
                .filter(each -> each.database().equals(database) && each.isUnbegun())
                .filter(each -> each.at() == At.RESTORING || each.apply().equals(apply))
                .min(Comparator.comparing(each -> !each.apply().equals(apply)));
        long number = left.map(Entry::number).orElseGet(this::next);
        Entry entry = new Entry(database, number, snapshot, apply, At.RESTORING, content, false);
        put(entry);
        return entry;
    }

    /** Also after the state was lost none that was there before. */
    private long next() {
        return Math.max(clock.instant().getEpochSecond(), kept().last() + 1);
    }

    /** In the place of what was noted of this place. */
    Entry put(Entry entry) {
        Kept now = kept();
        file.write(
                new Kept(replaced(now, entry), now.ours(), Math.max(now.last(), entry.number()), now.fingerprints()));
        return entry;
    }

    /** A swap begins: whose database it puts into the place is noted with it. */
    Entry swapping(Entry entry) {
        Kept now = kept();
        Entry next = entry.at() == At.SWAPPING
                ? entry
                : entry.at(At.SWAPPING).keepingForeign(!now.ours().contains(entry.database()));
        file.write(now.with(replaced(now, next)));
        return next;
    }

    /** What is live is the snapshot's, or after a return what it was before. */
    void exchanged(Entry entry, At at) {
        Kept now = kept();
        Set<String> ours = new HashSet<>(now.ours());
        if (at == At.SWAPPED) {
            ours.add(entry.database());
        } else if (entry.keepsForeign()) {
            ours.remove(entry.database());
        }
        file.write(new Kept(replaced(now, entry.at(at)), ours, now.last(), now.fingerprints()));
    }

    /** From now on what is live was made by no import. */
    void forgetOurs() {
        Kept now = kept();
        if (!now.ours().isEmpty()) {
            file.write(new Kept(now.places(), Set.of(), now.last(), now.fingerprints()));
        }
    }

    void remove(Entry entry) {
        Kept now = kept();
        file.write(now.with(
                now.places().stream().filter(each -> !isSame(each, entry)).toList()));
    }

    /** Whether it is known what this dump is as a database. */
    boolean knows(String database, String content) {
        return kept().fingerprints().stream()
                .anyMatch(each ->
                        each.database().equals(database) && each.content().equals(content));
    }

    /** Whether a dump's content is, or was, a database of this fingerprint. */
    boolean isKnown(String database, String content, String fingerprint) {
        return kept().fingerprints().contains(new Print(database, content, fingerprint));
    }

    /** What was restored of a dump has this fingerprint. The last of each database are remembered. */
    void know(Entry restored, String fingerprint) {
        Kept now = kept();
        Print print = new Print(restored.database(), restored.content(), fingerprint);
        List<Print> all = new ArrayList<>(now.fingerprints());
        all.removeIf(each ->
                each.database().equals(print.database()) && each.content().equals(print.content()));
        all.add(print);
        List<Print> own = all.stream()
                .filter(each -> each.database().equals(print.database()))
                .toList();
        all.removeAll(own.subList(0, Math.max(0, own.size() - FINGERPRINTS)));
        file.write(new Kept(now.places(), now.ours(), now.last(), all));
    }

    private static List<Entry> replaced(Kept now, Entry entry) {
        List<Entry> all = new ArrayList<>(now.places());
        all.removeIf(each -> isSame(each, entry));
        all.add(entry);
        return all;
    }

    private static boolean isSame(Entry a, Entry b) {
        return a.database().equals(b.database()) && a.number() == b.number();
    }

    /** For the commands of a database. */
    Place place(Entry entry) {
        return new Place(entry.number(), entry.snapshot(), notes.resolve(entry.database() + "-" + entry.number()));
    }
}
