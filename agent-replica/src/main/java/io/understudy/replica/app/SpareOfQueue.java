package io.understudy.replica.app;

import io.understudy.replica.drill.SpareAccess;
import java.util.function.Supplier;

/** Gives the spare database to a drill as a job between two rounds; a promotion interrupts it. */
record SpareOfQueue(Worker queue) implements SpareAccess {
    @Override
    public <T> T during(Supplier<T> work) {
        return queue.call(control -> {
            control.begin();
            try {
                return work.get();
            } finally {
                control.end();
            }
        });
    }
}
