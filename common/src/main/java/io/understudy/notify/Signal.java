package io.understudy.notify;

import io.understudy.config.Occasion;
import java.util.Optional;

/**
 * What an event means for people: something fails, works again, or happened.
 *
 * @param occasion why people want to know; {@link Occasion#RECOVERY}: the topic is over, which is reported only where
 *     it had been open
 * @param topic what fails or works: {@code snapshot}, {@code import}, {@code filestore far}
 * @param key what makes two failures of a topic the same: the error's code mostly
 * @param lasting whether the topic stays open until its recovery; otherwise it happened once
 * @param silent of a recovery: it is over because it does not matter any more, and is not reported
 * @param amount of a snapshot, for the summary
 * @param idle of a success: nothing had to be done
 */
public record Signal(
        Occasion occasion,
        String topic,
        String key,
        boolean lasting,
        boolean silent,
        Fact fact,
        Optional<Amount> amount,
        boolean idle) {
    /**
     * How much a snapshot is.
     *
     * @param bytes of its content, plain
     * @param fresh bytes that were new in the repository, as stored
     */
    public record Amount(long bytes, long fresh) {}

    /** Without an amount. */
    public Signal(Occasion occasion, String topic, String key, boolean lasting, boolean silent, Fact fact) {
        this(occasion, topic, key, lasting, silent, fact, Optional.empty(), false);
    }

    /** Something fails until its recovery. The same failure has the same code. */
    public static Signal failing(String topic, Fact fact) {
        return new Signal(Occasion.FAILURE, topic, fact.code().orElse(fact.event()), true, false, fact);
    }

    /** As {@link #failing}; whatever the reason is, it is one failure. */
    public static Signal down(String topic, Fact fact) {
        return new Signal(Occasion.FAILURE, topic, topic, true, false, fact);
    }

    /** Fails no longer, because this server has another role now. */
    public static Signal moot(String topic, Fact fact) {
        return new Signal(Occasion.RECOVERY, topic, topic, false, true, fact);
    }

    /** Something is not as it should be until its recovery. */
    public static Signal impaired(String topic, Fact fact) {
        return new Signal(Occasion.WARNING, topic, topic, true, false, fact);
    }

    public static Signal recovered(String topic, Fact fact) {
        return new Signal(Occasion.RECOVERY, topic, topic, false, false, fact);
    }

    /** Happened; the same within {@code notify[].remind} is reported once where it is no success. */
    public static Signal once(Occasion occasion, Fact fact) {
        return new Signal(occasion, fact.event(), fact.event() + fact.code().orElse(""), false, false, fact);
    }

    /** Ended well, or begins: each time is news. */
    public static Signal each(Occasion occasion, String topic, Fact fact) {
        return new Signal(occasion, topic, topic, false, false, fact);
    }

    /** The same, with how much it was. */
    public Signal of(Amount size) {
        return new Signal(occasion, topic, key, lasting, silent, fact, Optional.of(size), false);
    }

    /** Ended well, for there was nothing to do: each time is news. */
    public static Signal idle(String topic, Fact fact) {
        return new Signal(Occasion.SUCCESS, topic, topic, false, false, fact, Optional.empty(), true);
    }
}
