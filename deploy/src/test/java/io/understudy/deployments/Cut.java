package io.understudy.deployments;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Two hosts that do not reach each other. */
record Cut(Place one, Place other) {
    /** Each pair once. */
    static Stream<Cut> all() {
        List<Place> places = List.of(Place.values());
        return places.stream()
                .flatMap(one -> places.stream()
                        .filter(other -> one.compareTo(other) < 0)
                        .map(other -> new Cut(one, other)));
    }

    /** From now on. */
    void make(Deployment all, Roles roles) {
        all.network().cut(one.of(all, roles), other.of(all, roles));
    }

    boolean is(Place first, Place second) {
        return one == first && other == second;
    }

    /** As a pattern names it: {@code primary-store}. */
    @Override
    public String toString() {
        return (one + "-" + other).toLowerCase(Locale.ROOT);
    }
}
