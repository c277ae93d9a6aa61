package io.understudy.primary.schedule;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long to wait between two looks for changes: as configured, or longer where a look is expensive, so that looking
 * never takes more than a share of the time. Not thread-safe.
 */
public final class Pace {
    /** Reading all of the database takes a twentieth of the time at most, walking the trees a tenth. */
    private static final int OF_ALL = 20;

    private static final int OF_WALK = 10;

    private final Duration every;
    private Share read = new Share(Duration.ZERO, "");
    private Share walk = new Share(Duration.ZERO, "");
    private boolean readAll;
    private Duration readBefore = Duration.ZERO;
    private Duration walkedBefore = Duration.ZERO;

    /** @param pause that it asks for */
    private record Share(Duration pause, String why) {}

    /** @param every the configured pause */
    public Pace(Duration every) {
        this.every = Objects.requireNonNull(every);
    }

    /**
     * The database was read. Where all of it was, the next time may be cheap: change tracking begins with that. So only
     * a second time in a row says that it is always so.
     *
     * @param byChanges whether it was known what changed, so that not all was read
     */
    public void read(Duration took, boolean byChanges) {
        boolean always = readAll && !byChanges;
        Duration shorter = shorter(took, readBefore);
        readAll = !byChanges;
        readBefore = took;
        read = !always
                ? new Share(shorter, "the last snapshot took " + seconds(shorter) + ", and as long is waited")
                : new Share(
                        shorter.multipliedBy(OF_ALL),
                        "changes are not tracked, so each snapshot reads every table, and the last one took "
                                + seconds(shorter));
    }

    /** The trees were read. One walk may have waited for something else: the shorter of two counts. */
    public void walked(Duration took) {
        Duration shorter = shorter(took, walkedBefore);
        walkedBefore = took;
        walk = new Share(shorter.multipliedBy(OF_WALK), "the trees took " + seconds(shorter) + " to be looked through");
    }

    /** The configured pause. */
    public Duration every() {
        return every;
    }

    /** How long to wait from the end of one look to the next. */
    public Duration pause() {
        return longest().map(Share::pause).orElse(every);
    }

    /** Why the pause is longer than configured; empty when it is not. */
    public Optional<String> slower() {
        return longest().map(Share::why);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Optional<Share> longest() {
        return Stream.of(read, walk)
                .filter(share -> share.pause().compareTo(every) > 0)
                .max((one, other) -> one.pause().compareTo(other.pause()));
    }

    private static String seconds(Duration duration) {
        return duration.compareTo(Duration.ofSeconds(10)) < 0
                ? duration.toMillis() + " ms"
                : duration.toSeconds() + " s";
    }
}
