package io.understudy.primary.capture;

import io.understudy.failure.UnderstudyException;
import java.util.List;

/** Receives the events of snapshots, in the thread that takes them. Implementations are quick and do not throw. */
public interface PrimaryEvents {
    default void began(List<String> periods) {}

    /** The manifest is durable: each reader finds the snapshot. */
    default void committed(Taken taken) {}

    /** The snapshot is not acknowledged; whether its manifest is there the failure says. */
    default void failed(Stage stage, UnderstudyException why) {}

    /** Passes each event to all of them, in this order. */
    static PrimaryEvents all(List<PrimaryEvents> listeners) {
        List<PrimaryEvents> all = List.copyOf(listeners);
        return new PrimaryEvents() {
            @Override
            public void began(List<String> periods) {
                all.forEach(listener -> listener.began(periods));
            }

            @Override
            public void committed(Taken taken) {
                all.forEach(listener -> listener.committed(taken));
            }

            @Override
            public void failed(Stage stage, UnderstudyException why) {
                all.forEach(listener -> listener.failed(stage, why));
            }
        };
    }
}
