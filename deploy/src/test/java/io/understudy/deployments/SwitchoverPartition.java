package io.understudy.deployments;

import io.understudy.deployments.Systemctl.Gate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Two hosts that do not reach each other from one moment of a switchover on. */
record SwitchoverPartition(Cut cut, Moment moment) {
    /** When, by what the service of the site is asked for there; each has its gate. */
    enum Moment {
        /** The primary's marker is written. */
        BEFORE_STOP(Place.PRIMARY, "before-stop"),
        STOPPED(Place.PRIMARY, "after-stop"),
        /** The final snapshot is committed, and on the standby's disk. */
        COMMITTED(Place.STANDBY, "before-stop"),
        /** It is live on the standby, whose site has started in backup mode. */
        APPLIED(Place.STANDBY, "after-start"),
        /** The standby has the next epoch and no marker. */
        CLAIMED(Place.STANDBY, "before-restart"),
        /** The names point to the standby. */
        NAMED(Place.STANDBY, "");

        private final Place where;
        private final String gate;

        Moment(Place where, String gate) {
            this.where = where;
            this.gate = gate;
        }

        /** To be held before the switchover begins; empty for the moment after all gates. */
        Optional<Gate> hold(Deployment all, Roles roles) {
            return gate.isEmpty() ? Optional.empty() : Optional.of(Systemctl.hold(where.of(all, roles), gate));
        }

        boolean isBefore(Moment moment) {
            return compareTo(moment) < 0;
        }
    }

    /** What comes of the switchover while they do not reach each other. */
    enum Outcome {
        /** Visitors find the site on the standby. */
        MOVES,
        /** The site goes to the standby, the names follow when they can be reached. */
        MOVES_WITHOUT_NAMES,
        /** Visitors find the site on the primary again. */
        GOES_BACK
    }

    static Stream<SwitchoverPartition> all() {
        return Arrays.stream(Moment.values())
                .flatMap(moment -> Cut.all().map(cut -> new SwitchoverPartition(cut, moment)));
    }

    Outcome outcome() {
        boolean back = cut.is(Place.PRIMARY, Place.STORE) && moment.isBefore(Moment.COMMITTED)
                || cut.is(Place.STANDBY, Place.STORE) && moment.isBefore(Moment.CLAIMED);
        if (back) {
            return Outcome.GOES_BACK;
        }
        return cut.is(Place.STANDBY, Place.NAMES) && moment.isBefore(Moment.NAMED)
                ? Outcome.MOVES_WITHOUT_NAMES
                : Outcome.MOVES;
    }

    /** As a pattern names it: {@code primary-store stopped}. */
    @Override
    public String toString() {
        return cut + " " + moment.toString().replace('_', '-').toLowerCase(Locale.ROOT);
    }
}
