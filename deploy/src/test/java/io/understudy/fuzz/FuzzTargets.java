package io.understudy.fuzz;

import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.primary.fuzz.PrimaryTargets;
import io.understudy.replica.fuzz.ReplicaTargets;
import java.util.List;
import java.util.stream.Stream;

/** All parsers of bytes that others write. */
final class FuzzTargets {
    private FuzzTargets() {}

    static List<Named> all() {
        return Stream.of(CommonTargets.all(), PrimaryTargets.all(), ReplicaTargets.all())
                .flatMap(List::stream)
                .toList();
    }
}
