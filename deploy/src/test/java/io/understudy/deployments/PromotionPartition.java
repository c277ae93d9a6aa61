package io.understudy.deployments;

import io.understudy.deployments.Systemctl.Gate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Two hosts that do not reach each other from one moment of a promotion on; the primary serves all the time. */
record PromotionPartition(Cut cut, Moment moment) {
    /** When, by what the service of the standby's site is asked for; each but the first and the last has its gate. */
    enum Moment {
        /** Before the operator types it. */
        ASKED(""),
        /** What is ahead is about to be exchanged with what is live. */
        APPLYING("before-stop"),
        /** It is live, and the site has started on it in backup mode. */
        PROVEN("after-start"),
        /** The standby has the next epoch and no marker. */
        CLAIMED("before-restart"),
        /** The names point to the standby. */
        NAMED("");

        private final String gate;

        Moment(String gate) {
            this.gate = gate;
        }

        /** To be held before the promotion begins; empty where there is none. */
        Optional<Gate> hold(SiteServer standby) {
            return gate.isEmpty() ? Optional.empty() : Optional.of(Systemctl.hold(standby.host(), gate));
        }

        boolean isBefore(Moment moment) {
            return compareTo(moment) < 0;
        }
    }

    /** What comes of the promotion while they do not reach each other. */
    enum Outcome {
        /** Visitors find the site on the standby. */
        MOVES,
        /** The site goes to the standby, the names follow when they can be reached. */
        MOVES_WITHOUT_NAMES,
        /** The standby cannot claim; all stays as it was. */
        REFUSED,
        /** It could not be typed. */
        NOT_ASKED
    }

    static Stream<PromotionPartition> all() {
        return Arrays.stream(Moment.values())
                .flatMap(moment -> Cut.all().map(cut -> new PromotionPartition(cut, moment)));
    }

    Outcome outcome() {
        if (cut.is(Place.STANDBY, Place.OPERATOR) && moment == Moment.ASKED) {
            return Outcome.NOT_ASKED;
        }
        if (cut.is(Place.STANDBY, Place.STORE) && moment.isBefore(Moment.CLAIMED)) {
            return Outcome.REFUSED;
        }
        return cut.is(Place.STANDBY, Place.NAMES) && moment.isBefore(Moment.NAMED)
                ? Outcome.MOVES_WITHOUT_NAMES
                : Outcome.MOVES;
    }

    /** As a pattern names it: {@code promotion primary-store asked}. */
    @Override
    public String toString() {
        return "promotion " + cut + " " + moment.toString().toLowerCase(Locale.ROOT);
    }
}
