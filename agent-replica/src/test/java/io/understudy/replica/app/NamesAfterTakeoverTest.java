package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.dns.DnsSwitched;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.testing.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class NamesAfterTakeoverTest {
    private final List<Event> seen = new ArrayList<>();
    private final Events events = new Events(new FakeTicker().clock(), (event, at) -> seen.add(event));
    private int asked;

    @Test
    void namesAreSwitchedAfterATakeoverAndAfterNothingElse() {
        watch(() -> switched(true));
        events.report(new ReplicaEvent.ServerPromoted(2, false));
        assertThat(asked).as("promote does it by itself").isZero();

        events.report(new ReplicaEvent.TookOver(2));

        assertThat(asked).isOne();
        assertThat(seen).anyMatch(ReplicaEvent.NamesSwitched.class::isInstance);
    }

    @Test
    void resolversThatDoNotAgreeAndAFailureAreReported() {
        watch(() -> switched(false));
        events.report(new ReplicaEvent.TookOver(2));
        assertThat(seen).anyMatch(event -> event.message().contains("do not all point"));

        watch(() -> {
            throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "the hook failed", "see its log");
        });
        events.report(new ReplicaEvent.TookOver(3));
        assertThat(seen).anyMatch(event -> event.message().contains("the hook failed"));

        watch(() -> {
            throw new IllegalStateException("a defect");
        });
        events.report(new ReplicaEvent.TookOver(4));
        assertThat(seen).anyMatch(event -> event.code().equals("defect"));
    }

    private void watch(Supplier<DnsSwitched> names) {
        events.add(new NamesAfterTakeover(
                () -> {
                    asked++;
                    return names.get();
                },
                events,
                Runnable::run));
    }

    private static DnsSwitched switched(boolean agrees) {
        return new DnsSwitched(
                List.of("www.example.net"), List.of("192.0.2.2"), true, agrees, 1.5, List.of(), Optional.empty());
    }
}
