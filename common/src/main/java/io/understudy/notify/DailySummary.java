package io.understudy.notify;

import io.understudy.cli.Bytes;
import io.understudy.config.Occasion;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Of one channel: what happened since its last summary, and when the next one is due. Not thread-safe. */
final class DailySummary {
    private static final String NAME = "daily_summary";

    private final LocalTime time;
    private final ZoneId zone;
    private final DataAge age;
    /** What a success is: {@code snapshots taken}. */
    private final String successes;

    private Tally tally;

    /**
     * @param since when it was begun: the last summary, or the first start
     * @param succeeded snapshots taken, or imports
     * @param idle runs that took no snapshot because nothing had changed; absent before there was this count
     * @param failed attempts of these, and what else failed
     * @param bytes of the newest snapshot, plain; 0 where that is not known
     * @param fresh bytes that were new in the repository
     */
    record Tally(Instant since, int succeeded, Integer idle, int failed, long bytes, long fresh) {
        Tally {
            idle = idle == null ? 0 : idle;
        }

        private static Tally from(Instant since) {
            return new Tally(since, 0, 0, 0, 0, 0);
        }
    }

    /** @param zone of the server @param tally from before a restart */
    DailySummary(LocalTime time, ZoneId zone, DataAge age, String role, Optional<Tally> tally, Instant now) {
        this.time = time;
        this.zone = zone;
        this.age = age;
        this.successes = role.equals("primary") ? "snapshots taken" : "imports";
        this.tally = tally.orElseGet(() -> Tally.from(now));
    }

    Tally tally() {
        return tally;
    }

    void take(Signal signal) {
        Tally now = tally;
        if (signal.idle()) {
            tally = new Tally(now.since(), now.succeeded(), now.idle() + 1, now.failed(), now.bytes(), now.fresh());
        } else if (signal.occasion() == Occasion.SUCCESS) {
            tally = new Tally(
                    now.since(),
                    now.succeeded() + 1,
                    now.idle(),
                    now.failed(),
                    signal.amount().map(Signal.Amount::bytes).orElse(now.bytes()),
                    now.fresh() + signal.amount().map(Signal.Amount::fresh).orElse(0L));
        } else if (signal.occasion() == Occasion.FAILURE) {
            tally = new Tally(now.since(), now.succeeded(), now.idle(), now.failed() + 1, now.bytes(), now.fresh());
        }
    }

    /** The summary, once its time of day has come since the last one, however late that is noticed. */
    Optional<OpenTopics.Draft> due(Instant now, Map<String, OpenTopics.Topic> open) {
        // A clock that was set back begins again, or nothing would come until it is where it was.
        if (tally.since().isAfter(now)) {
            tally = Tally.from(now);
        }
        if (!lastTime(now).isAfter(tally.since())) {
            return Optional.empty();
        }
        Fact fact = new Fact(NAME, text(now, open), Optional.empty(), Optional.empty(), Optional.empty());
        tally = Tally.from(now);
        return Optional.of(new OpenTopics.Draft(Occasion.SUMMARY, NAME, fact, Optional.empty()));
    }

    /** The last moment up to now that was this time of day. */
    private Instant lastTime(Instant now) {
        ZonedDateTime here = now.atZone(zone);
        Instant today = here.toLocalDate().atTime(time).atZone(zone).toInstant();
        return today.isAfter(now)
                ? here.toLocalDate().minusDays(1).atTime(time).atZone(zone).toInstant()
                : today;
    }

    private String text(Instant now, Map<String, OpenTopics.Topic> open) {
        List<String> lines = new ArrayList<>();
        lines.add("since " + Moments.text(tally.since()) + ": " + tally.succeeded() + " " + successes + ", "
                + (tally.idle() == 0 ? "" : tally.idle() + " not needed, ") + tally.failed() + " failures");
        if (tally.bytes() > 0) {
            lines.add("the newest snapshot holds " + Bytes.text(tally.bytes()) + "; " + Bytes.text(tally.fresh())
                    + " were new in the repository");
        }
        age.look()
                .known()
                .map(look -> look.moment()
                        .map(moment -> "the newest data is of " + Moments.text(moment) + ", "
                                + Moments.age(Duration.between(moment, now)) + " old")
                        .orElse("there is no snapshot yet"))
                .ifPresent(lines::add);
        List<String> failing = open.values().stream()
                .filter(OpenTopics.Topic::lasting)
                .map(topic -> topic.fact().message() + " (since " + Moments.text(topic.since()) + ")")
                .sorted()
                .toList();
        lines.add(
                failing.isEmpty()
                        ? "nothing fails now"
                        : "fails now: " + failing.stream().collect(Collectors.joining("; ")));
        return String.join("\n", lines);
    }
}
