package io.understudy.notify;

import io.understudy.config.Occasion;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What one channel sends once.
 *
 * @param id the same with each attempt, so that a receiver knows one that comes twice
 * @param moment of the event
 * @param course empty where it is news without a history
 */
public record Notice(
        String id, Occasion occasion, String topic, Source source, Fact fact, Instant moment, Optional<Course> course) {
    /**
     * Whose notice it is.
     *
     * @param server name of this server in snapshots or reports
     * @param role the agent: {@code primary} or {@code replica}
     */
    public record Source(String site, String server, String role) {}

    /**
     * What came before.
     *
     * @param was the occasion when it failed
     * @param since when it began to fail
     * @param repeats how often it failed again since then
     * @param reminder whether this failure was sent before
     */
    public record Course(Occasion was, Instant since, int repeats, boolean reminder) {}

    public boolean reminds() {
        return course.map(Course::reminder).orElse(false);
    }

    /** How long a notice is worth sending. A ping that is late would say something else. */
    Duration worth() {
        return switch (occasion) {
            case START -> Duration.ofMinutes(10);
            case TEST -> Duration.ofHours(1);
            case SUCCESS, WARNING, SUMMARY -> Duration.ofDays(1);
            case FAILURE, RECOVERY, STALE, PROMOTION -> Duration.ofDays(7);
        };
    }

    /** Whether it must outlive a restart of the agent. */
    boolean isKept() {
        return occasion != Occasion.START && occasion != Occasion.TEST;
    }

    /** One line: {@code understudy failure: site shop, primary a.example.net: snapshot_failed}. */
    public String title() {
        return "understudy " + (reminds() ? "reminder of " : "") + occasion.label() + ": site " + source.site() + ", "
                + source.role() + " " + source.server() + ": " + fact.event();
    }

    /** What happened, on some lines. */
    public String text() {
        StringBuilder text = new StringBuilder(fact.message());
        fact.hint().ifPresent(hint -> text.append("\nhint: ").append(hint));
        fact.code().ifPresent(code -> text.append("\ncode: ").append(code));
        fact.snapshot().ifPresent(snapshot -> text.append("\nsnapshot: ").append(snapshot));
        course.ifPresent(before -> text.append("\nsince: ").append(Moments.text(before.since())));
        course.filter(before -> before.repeats() > 0)
                .ifPresent(before -> text.append("\nfailed again since then: ").append(before.repeats()));
        return text.append("\nat: ").append(Moments.text(moment)).toString();
    }
}
