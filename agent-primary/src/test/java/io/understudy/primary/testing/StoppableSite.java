package io.understudy.primary.testing;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Backoff;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;

/** A site that {@code on_fenced} stops, and what is reported of it. */
public final class StoppableSite {
    public final FakeTicker time;
    /** What its worker has yet to do, of one that waits. */
    public final List<Runnable> waiting = new ArrayList<>();

    public int stops;
    public Optional<RuntimeException> failure = Optional.empty();
    /** Of the host, as agents that start from now on see it. */
    public Optional<String> boot = Optional.of("a boot");

    private final Path state;
    private final List<Event> reported = new ArrayList<>();

    /** @param state the state folder */
    public StoppableSite(Path state, FakeTicker time) {
        this.state = state;
        this.time = time;
    }

    /** As the agent makes it when it starts. @param worker runs the command */
    public SiteStopping stopping(Executor worker) {
        return new SiteStopping(
                Optional.of(this::stop),
                SiteStopping.note(state),
                worker,
                new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), new Random(1)),
                boot,
                events(),
                time.clock(),
                time);
    }

    private void stop() {
        stops++;
        failure.ifPresent(why -> {
            throw why;
        });
    }

    public Events events() {
        return new Events(time.clock(), (event, at) -> reported.add(event));
    }

    /** The codes of what was reported. */
    public List<String> said() {
        return reported.stream().map(Event::code).toList();
    }
}
