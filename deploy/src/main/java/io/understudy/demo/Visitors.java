package io.understudy.demo;

import io.understudy.rehearsal.SiteClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Write one note after the other into a site, until it takes no more, and remember what was taken and when. */
final class Visitors {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private final SiteClient site;
    private final List<Written> written = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::write, "visitors");

    /** @param nanos when the site had taken it */
    private record Written(String text, long nanos) {}

    /**
     * What became of the notes on the server that was promoted.
     *
     * @param written notes that the primary's site took
     * @param lost the newest of these, which are not there
     * @param seconds between the newest note that is there and the newest that was taken; 0 when none is lost
     */
    record Loss(int written, int lost, double seconds) {}

    Visitors(SiteClient site) {
        this.site = site;
        thread.setDaemon(true);
    }

    void come() {
        thread.start();
    }

    private void write() {
        for (int number = 1; !Thread.currentThread().isInterrupted(); number++) {
            String text = "visitor " + number;
            try {
                if (site.addNote(text) != 201) {
                    return;
                }
            } catch (AssertionError | IllegalStateException gone) {
                return;
            }
            written.add(new Written(text, System.nanoTime()));
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** The site has ended. */
    void leave() {
        thread.interrupt();
    }

    /**
     * @param notes of the promoted site
     * @throws AssertionError when one is missing that is older than one that is there
     */
    Loss compare(List<String> notes) {
        leave();
        Set<String> there = new HashSet<>(notes);
        List<Written> all = List.copyOf(written);
        int kept = (int)
                all.stream().takeWhile(note -> there.contains(note.text())).count();
        if (kept == 0) {
            throw new AssertionError("not so: notes that were written until the end are on the standby");
        }
        all.stream()
                .skip(kept)
                .filter(note -> there.contains(note.text()))
                .findFirst()
                .ifPresent(later -> {
                    throw new AssertionError("not so: " + later.text() + " is there, so all before it are");
                });
        long between = all.get(all.size() - 1).nanos() - all.get(kept - 1).nanos();
        return new Loss(all.size(), all.size() - kept, Math.round(between / 1e7) / 100.0);
    }
}
