package io.understudy.primary.app;

import io.understudy.page.Page.DataAge;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How old the data of the newest snapshot is, as the status page shows it.
 *
 * @param moment of that data, or when it was last seen to be what the site holds
 * @param seconds since then, when this was asked
 * @param targetSeconds how old it may be; empty without a schedule
 * @param over whether it is older than that
 */
public record AgeView(Instant moment, long seconds, Optional<Long> targetSeconds, boolean over) {
    static AgeView of(DataAge age, Instant now) {
        return new AgeView(
                age.moment(), age.of(now).toSeconds(), age.target().map(Duration::toSeconds), age.isOver(now));
    }

    String text() {
        return Moments.age(Duration.ofSeconds(seconds)) + " (" + Moments.text(moment) + ")"
                + targetSeconds
                        .map(most -> (over ? ", TOO OLD: it may be " : "; it may be ")
                                + Moments.age(Duration.ofSeconds(most)) + " old")
                        .orElse("; no target is set");
    }
}
