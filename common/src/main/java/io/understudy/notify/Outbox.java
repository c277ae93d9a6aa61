package io.understudy.notify;

import io.understudy.config.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The notices of one channel that wait, in their order. Bounded: when it is full, what is least worth is given up. Not
 * thread-safe.
 */
final class Outbox {
    static final int MOST = 100;
    /** Of a notice that is refused for good, while others are taken. */
    static final int TRIES = 3;
    /** Where no other is taken either: the channel may be set up wrongly, which an operator can mend. */
    static final int TRIES_ALONE = 20;

    private static final Duration HOUR = Duration.ofHours(1);

    private final int perHour;
    private final boolean lastAlone;
    private final List<Notice> waiting;
    private final Deque<Instant> sent = new ArrayDeque<>();
    private Instant next = Instant.MIN;
    private int attempts;
    private int taken;
    private final Map<String, Refused> refused = new HashMap<>();

    /** @param taken how many others were, when it was refused first */
    private record Refused(int tries, int taken) {}

    /** @param waiting from before a restart */
    Outbox(int perHour, List<Notice> waiting) {
        this(perHour, false, waiting);
    }

    private Outbox(int perHour, boolean lastAlone, List<Notice> waiting) {
        this.perHour = perHour;
        this.lastAlone = lastAlone;
        this.waiting = new ArrayList<>(waiting);
    }

    /** Of a dead man's switch: as many as there are rounds, and of what waits only what is true last. */
    static Outbox ofPings(List<Notice> waiting) {
        Outbox outbox = new Outbox(Integer.MAX_VALUE, true, List.of());
        waiting.forEach(outbox::add);
        return outbox;
    }

    List<Notice> all() {
        return List.copyOf(waiting);
    }

    /** @return how many had to be given up */
    int add(Notice notice) {
        if (lastAlone) {
            waiting.removeIf(each -> notice.occasion() != Occasion.START || each.occasion() == Occasion.START);
        }
        waiting.add(notice);
        if (waiting.size() <= MOST) {
            return 0;
        }
        waiting.remove(waiting.stream()
                .filter(each -> isMinor(each.occasion()))
                .findFirst()
                .orElse(waiting.get(0)));
        return 1;
    }

    private static boolean isMinor(Occasion occasion) {
        return occasion == Occasion.START || occasion == Occasion.SUCCESS || occasion == Occasion.WARNING;
    }

    /**
     * Gives up what came too late. The last result of pings never is: a dead man's switch would stay at the one before.
     *
     * @return how many
     */
    int expire(Instant now) {
        int before = waiting.size();
        waiting.removeIf(each -> (!lastAlone || each.occasion() == Occasion.START)
                && each.moment().plus(each.worth()).isBefore(now));
        return before - waiting.size();
    }

    /** The first, if it may be sent now. */
    Optional<Notice> due(Instant now) {
        return waiting.isEmpty() || untilDue(now).compareTo(Duration.ZERO) > 0
                ? Optional.empty()
                : Optional.of(waiting.get(0));
    }

    /** How long the first has to wait; 0 without one. */
    Duration untilDue(Instant now) {
        sent.removeIf(each -> Duration.between(each, now).abs().compareTo(HOUR) >= 0);
        Instant free = sent.size() < perHour ? now : sent.peekFirst().plus(HOUR);
        Instant then = next.isAfter(free) ? next : free;
        // A clock that was set back must not make it wait for days.
        return then.isAfter(now.plus(HOUR)) || !then.isAfter(now) ? Duration.ZERO : Duration.between(now, then);
    }

    void sent(Notice notice, Instant now) {
        waiting.remove(notice);
        refused.remove(notice.id());
        taken++;
        sent.addLast(now);
        attempts = 0;
        next = Instant.MIN;
    }

    /** @return how many attempts failed in a row */
    int refused() {
        return ++attempts;
    }

    /** The receiver refuses this one for good: the others go first. @return how many had to be given up */
    int refusedForGood(Notice notice) {
        refused.keySet().retainAll(waiting.stream().map(Notice::id).toList());
        if (!waiting.remove(notice)) {
            return 0;
        }
        Refused before = refused.getOrDefault(notice.id(), new Refused(0, taken));
        Refused now = new Refused(before.tries() + 1, before.taken());
        if (now.tries() >= (taken > now.taken() ? TRIES : TRIES_ALONE)) {
            refused.remove(notice.id());
            return 1;
        }
        refused.put(notice.id(), now);
        waiting.add(notice);
        return 0;
    }

    void retryAt(Instant moment) {
        next = moment;
    }
}
