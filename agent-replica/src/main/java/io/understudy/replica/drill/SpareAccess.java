package io.understudy.replica.drill;

import java.util.function.Supplier;

/** Who gives the spare database to a drill while no round, and no promotion, works with it. */
@FunctionalInterface
public interface SpareAccess {
    /**
     * Does it when its turn comes; gives it up, by an interrupt, for a promotion.
     *
     * @throws io.understudy.failure.UnderstudyException what the work throws; {@code CANCELLED} when it was given up
     */
    <T> T during(Supplier<T> work);
}
