package io.understudy.rehearsal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The notes that a site has taken, in their order, and when. Thread-safe. */
public final class Acknowledged {
    private final List<Taken> taken = new ArrayList<>();

    /** @param nanos when the site had taken it */
    private record Taken(String text, long nanos) {}

    /**
     * What became of the notes on the server that serves now.
     *
     * @param written notes that were acknowledged
     * @param lost the newest of these, which are not there
     * @param seconds between the newest note that is there and the newest that was acknowledged; 0 when none is lost
     */
    public record Loss(int written, int lost, double seconds) {}

    /** A site has just acknowledged this note. */
    public synchronized void add(String text) {
        taken.add(new Taken(text, System.nanoTime()));
    }

    public synchronized List<String> texts() {
        return taken.stream().map(Taken::text).toList();
    }

    /** Those alone that were taken before this moment of {@link System#nanoTime}. */
    public synchronized Acknowledged before(long nanos) {
        Acknowledged earlier = new Acknowledged();
        taken.stream().filter(note -> note.nanos() < nanos).forEach(earlier.taken::add);
        return earlier;
    }

    /**
     * @param notes of the site that serves now
     * @throws AssertionError when one is missing that is older than one that is there, or all are
     */
    public synchronized Loss missingFrom(List<String> notes) {
        Set<String> there = new HashSet<>(notes);
        int kept = (int)
                taken.stream().takeWhile(note -> there.contains(note.text())).count();
        if (kept == 0) {
            throw new AssertionError("not so: notes that were written until the end are on the standby");
        }
        taken.stream()
                .skip(kept)
                .filter(note -> there.contains(note.text()))
                .findFirst()
                .ifPresent(later -> {
                    throw new AssertionError("not so: " + later.text() + " is there, so all before it are");
                });
        long between = taken.get(taken.size() - 1).nanos() - taken.get(kept - 1).nanos();
        return new Loss(taken.size(), taken.size() - kept, Math.round(between / 1e7) / 100.0);
    }
}
