package io.understudy.simulation;

import io.understudy.testing.FakeTicker;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** What happened, in order; the last of it is kept. Its fingerprint is the same for the same run. */
final class Trace {
    private static final int KEPT = 120;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss.SSS", Locale.ROOT);

    /** @param reported what, in words; a key, or nothing; how it went */
    private record Event(long step, Instant when, String who, String what, String key, String how) {
        @Override
        public String toString() {
            String time = TIME.format(when.atOffset(ZoneOffset.UTC));
            return String.format(Locale.ROOT, "%6d %s %-22s %s %s %s", step, time, who, what, key, how)
                    .stripTrailing();
        }
    }

    private final FakeTicker time;
    private final Deque<Event> last = new ArrayDeque<>();
    private final PrintStream all;
    private long count;
    private long fingerprint;

    /** @param all receives everything; may be null */
    Trace(FakeTicker time, PrintStream all) {
        this.time = time;
        this.all = all;
    }

    void add(String who, String what, String key, String how) {
        Event event = new Event(count++, time.now(), who, what, key, how);
        fingerprint = 31 * (31 * (31 * (31 * fingerprint + who.hashCode()) + what.hashCode()) + key.hashCode())
                + how.hashCode();
        fingerprint = 31 * fingerprint + event.when().hashCode();
        last.add(event);
        if (last.size() > KEPT) {
            last.remove();
        }
        if (all != null) {
            all.println(event);
        }
    }

    List<String> tail() {
        return last.stream().map(Event::toString).toList();
    }

    long events() {
        return count;
    }

    long fingerprint() {
        return fingerprint;
    }
}
