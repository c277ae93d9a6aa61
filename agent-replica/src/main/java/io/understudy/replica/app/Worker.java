package io.understudy.replica.app;

import io.understudy.replica.round.RoundControl;
import java.util.function.Function;

/** Who does what changes the replica: the daemon's one thread, or the thread of a command. */
public interface Worker {
    /** Does this next and waits for its end. */
    <T> T call(Function<RoundControl, T> work);

    /** As {@link #call}, but gives up the round that runs, unless it has reached APPLY, or ends within seconds. */
    <T> T callAtOnce(Function<RoundControl, T> work);

    /** The calling thread. */
    static Worker here() {
        return new Worker() {
            @Override
            public <T> T call(Function<RoundControl, T> work) {
                return work.apply(new RoundControl());
            }

            @Override
            public <T> T callAtOnce(Function<RoundControl, T> work) {
                return call(work);
            }
        };
    }
}
