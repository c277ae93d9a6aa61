package io.understudy.testing;

import io.understudy.failure.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Decides what goes wrong in each operation of an {@link InMemoryFilestore}. Called under its lock, so a seeded one
 * replays exactly.
 */
@FunctionalInterface
public interface Faults {
    enum Operation {
        PUT,
        PUT_IF_ABSENT,
        OPEN,
        STAT,
        LIST,
        DELETE,
        LOCK
    }

    /** What goes wrong in one operation. */
    sealed interface Fault permits None, Delay, Fail, Break, Truncate, LoseAcknowledgement {}

    record None() implements Fault {}

    /** The operation succeeds, but only after {@code by} on the store's ticker. */
    record Delay(Duration by) implements Fault {}

    /** The operation fails and has no effect. */
    record Fail(ErrorCode code) implements Fault {}

    /** A download fails after {@code units} bytes; any other operation fails as by {@link Fail}. */
    record Break(long units, ErrorCode code) implements Fault {}

    /** A download ends early without any error after {@code bytes}; any other operation succeeds. */
    record Truncate(long bytes) implements Fault {}

    /** The operation takes effect and fails nevertheless. */
    record LoseAcknowledgement(ErrorCode code) implements Fault {}

    /** @param key the key, or the prefix of a listing */
    Fault next(Operation operation, String key);

    static Faults none() {
        return (operation, key) -> new None();
    }

    /** These faults for the first operations of that kind on keys that match, one each; none afterwards. */
    static Faults first(Operation operation, Predicate<String> keys, Fault... faults) {
        java.util.Iterator<Fault> left = List.of(faults).iterator();
        return (op, key) -> op == operation && keys.test(key) && left.hasNext() ? left.next() : new None();
    }

    /** The same fault for every operation, until it is replaced: a store that is down. */
    static Faults always(Fault fault) {
        return (operation, key) -> fault;
    }

    /**
     * Random transient trouble of every kind, the same for the same seed and order of operations.
     *
     * @param rate share of operations in trouble, 0 to 1
     */
    static Faults seeded(RandomGenerator random, double rate) {
        return (operation, key) -> {
            if (random.nextDouble() >= rate) {
                return new None();
            }
            ErrorCode code = random.nextBoolean() ? ErrorCode.FILESTORE_UNREACHABLE : ErrorCode.FILESTORE_FAILED;
            return switch (random.nextInt(4)) {
                case 0 -> new Delay(Duration.ofMillis(random.nextLong(1, 5_000)));
                case 1 -> new LoseAcknowledgement(code);
                case 2 -> new Break(random.nextLong(1, 100_000), code);
                default -> new Fail(code);
            };
        };
    }
}
