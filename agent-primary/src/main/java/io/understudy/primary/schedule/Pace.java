package io.understudy.primary.schedule;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long to wait between two looks for changes: as configured, or longer where a look is expensive, so that looking
 * never takes more than a share of the time. It is given what a look worked, not what it waited for. Of walks and of
 * decoding the shorter of two in a row counts: one may have read a new file of gigabytes, or what a bulk load logged.
 * Not thread-safe.
 */
public final class Pace {
    /** Reading all of the database takes a twentieth of the time at most. */
    private static final int OF_ALL = 20;

    /** Walking the trees, and decoding the server's log, a tenth each. */
    private static final int OF_LOOKING = 10;

    private final Duration every;
    private Share read = Share.NONE;
    private Share decoding = Share.NONE;
    private Share walk = Share.NONE;
    private boolean readAll;
    private Duration decodedBefore = Duration.ZERO;
    private Duration walkedBefore = Duration.ZERO;

    /** @param pause that it asks for */
    private record Share(Duration pause, String why) {
        static final Share NONE = new Share(Duration.ZERO, "");
    }

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
        readAll = !byChanges;
        if (byChanges) {
            read = new Share(took, "the last snapshot took " + seconds(took) + ", and as long is waited");
        } else if (always) {
            read = new Share(
                    took.multipliedBy(OF_ALL),
                    "changes are not tracked, so each snapshot reads every table, and the last one took "
                            + seconds(took));
        } else {
            read = Share.NONE;
        }
    }

    /** The server's log was decoded; for as long as a transaction is open, from its beginning each time. */
    public void decoded(Duration took) {
        Duration shorter = shorter(took, decodedBefore);
        decodedBefore = took;
        decoding = new Share(
                shorter.multipliedBy(OF_LOOKING),
                "the server took " + seconds(shorter) + " to decode its log, from the oldest open transaction on");
    }

    /** The trees were looked through. */
    public void walked(Duration took) {
        Duration shorter = shorter(took, walkedBefore);
        walkedBefore = took;
        walk = new Share(
                shorter.multipliedBy(OF_LOOKING), "the trees took " + seconds(shorter) + " to be looked through");
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
        return Stream.of(read, decoding, walk)
                .filter(share -> share.pause().compareTo(every) > 0)
                .max((one, other) -> one.pause().compareTo(other.pause()));
    }

    private static String seconds(Duration duration) {
        return duration.compareTo(Duration.ofSeconds(10)) < 0
                ? duration.toMillis() + " ms"
                : duration.toSeconds() + " s";
    }
}
