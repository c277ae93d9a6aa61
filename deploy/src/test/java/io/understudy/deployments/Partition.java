package io.understudy.deployments;

import io.understudy.deployments.Systemctl.Gate;
import io.understudy.hosts.TestHost;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Two hosts that do not reach each other from one moment of a switchover on. */
record Partition(Place one, Place other, Moment moment) {
    /** Which host, by what it is when the switchover begins. */
    enum Place {
        PRIMARY,
        STANDBY,
        STORE,
        NAMES,
        OPERATOR;

        TestHost of(Deployment all, Roles roles) {
            return switch (this) {
                case PRIMARY -> roles.primary().host();
                case STANDBY -> roles.standby().host();
                case STORE -> all.store();
                case NAMES -> all.ns();
                case OPERATOR -> all.operator();
            };
        }
    }

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

    static Stream<Partition> all() {
        List<Place> places = List.of(Place.values());
        return Arrays.stream(Moment.values())
                .flatMap(moment -> places.stream()
                        .flatMap(one -> places.stream()
                                .filter(other -> one.compareTo(other) < 0)
                                .map(other -> new Partition(one, other, moment))));
    }

    Outcome outcome() {
        boolean back = are(Place.PRIMARY, Place.STORE) && moment.isBefore(Moment.COMMITTED)
                || are(Place.STANDBY, Place.STORE) && moment.isBefore(Moment.CLAIMED);
        if (back) {
            return Outcome.GOES_BACK;
        }
        return are(Place.STANDBY, Place.NAMES) && moment.isBefore(Moment.NAMED)
                ? Outcome.MOVES_WITHOUT_NAMES
                : Outcome.MOVES;
    }

    private boolean are(Place first, Place second) {
        return one == first && other == second;
    }

    /** As a pattern names it: {@code primary-store stopped}. */
    @Override
    public String toString() {
        return (one + "-" + other + " " + moment.toString().replace('_', '-')).toLowerCase(java.util.Locale.ROOT);
    }
}
