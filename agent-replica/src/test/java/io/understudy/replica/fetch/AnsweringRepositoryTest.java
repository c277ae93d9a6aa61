package io.understudy.replica.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SampleSite;
import io.understudy.tasks.BoundedCall;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A command that goes on from the mirror waits for the filestore once. */
class AnsweringRepositoryTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore far = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(far, time.clock());
    private final List<Duration> limits = new ArrayList<>();

    private final BoundedCall calls = new BoundedCall() {
        @Override
        public <T> T within(Duration limit, String what, Supplier<T> call) {
            limits.add(limit);
            return call.get();
        }
    };

    private final AnsweringRepository repository =
            new AnsweringRepository(site::repository, Optional.empty(), calls, time);

    private void assertAway() {
        assertThatThrownBy(repository::get)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE));
    }

    @Test
    void whatAnsweredOnceIsAskedNoMore() {
        repository.get();
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(repository.get()).isSameAs(site.repository());
        assertThat(limits).containsExactly(AnsweringRepository.ANSWER);
    }

    /** Opened by what this server knows, a repository was not asked for anything: the filestore may be away. */
    @Test
    void whatDoesNotAnswerIsAwayForAMinute() {
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertAway();
        far.inject(Faults.none());
        assertAway();
        time.advance(AnsweringRepository.AWAY.minusSeconds(1));
        assertAway();
        assertThat(limits).hasSize(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(repository.get()).isSameAs(site.repository());
    }

    /** One of several that hangs holds up the others for a while, and they answer behind that. */
    @Test
    void ofSeveralItWaitsForTheOthersToo() {
        AnsweringRepository several =
                new AnsweringRepository(site::repository, Optional.of(Duration.ofMinutes(1)), calls, time);

        assertThat(several.get()).isSameAs(site.repository());
        assertThat(limits).containsExactly(AnsweringRepository.ANSWER.plusMinutes(1));
    }

    @Test
    void aRefusalIsAnAnswer() {
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_DENIED)));
        assertThat(repository.get()).isSameAs(site.repository());
    }

    /** Another repository in its place is no outage, and is found again each time. */
    @Test
    void anyOtherFailureIsNotRemembered() {
        List<ErrorCode> failures = new ArrayList<>(List.of(ErrorCode.WRONG_REPOSITORY, ErrorCode.WRONG_REPOSITORY));
        AnsweringRepository failing = new AnsweringRepository(
                () -> {
                    if (failures.isEmpty()) {
                        return site.repository();
                    }
                    throw new UnderstudyException(failures.remove(0), "cannot open", "look");
                },
                Optional.empty(),
                calls,
                time);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(failing::get)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WRONG_REPOSITORY));
        }
        assertThat(failing.get()).isSameAs(site.repository());
    }
}
