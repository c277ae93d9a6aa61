package io.understudy.primary.retention;

import io.understudy.failure.UnderstudyException;
import java.util.List;

/** Receives the events of pruning, in the thread that prunes. Implementations are quick and do not throw. */
public interface RetentionEvents {
    RetentionEvents NONE = new RetentionEvents() {};

    /** The snapshot does not exist any more. */
    default void deleted(Decision decision) {}

    default void pruned(Pruned pruned) {}

    /** What was deleted before stays deleted; the rest is left for the next time. */
    default void failed(UnderstudyException why) {}

    /** Passes each event to all of them, in this order. */
    static RetentionEvents all(List<RetentionEvents> listeners) {
        List<RetentionEvents> all = List.copyOf(listeners);
        return new RetentionEvents() {
            @Override
            public void deleted(Decision decision) {
                all.forEach(listener -> listener.deleted(decision));
            }

            @Override
            public void pruned(Pruned pruned) {
                all.forEach(listener -> listener.pruned(pruned));
            }

            @Override
            public void failed(UnderstudyException why) {
                all.forEach(listener -> listener.failed(why));
            }
        };
    }
}
