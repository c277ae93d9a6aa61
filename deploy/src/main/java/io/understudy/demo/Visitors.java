package io.understudy.demo;

import io.understudy.rehearsal.Acknowledged;
import io.understudy.rehearsal.SiteClient;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Write one note after the other into a site, until it takes no more, and remember what was taken and when. */
final class Visitors {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private final SiteClient site;
    private final Acknowledged written = new Acknowledged();
    private final Thread thread = new Thread(this::write, "visitors");

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
            written.add(text);
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
    Acknowledged.Loss compare(List<String> notes) {
        leave();
        return written.missingFrom(notes);
    }
}
