package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.discover.SwitchoverCaller.Answer;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RequestedSwitchoverTest {
    private static final HostPort A = new HostPort("a", 1);
    private static final HostPort OTHER = new HostPort("other", 2);
    private static final SwitchoverRequest BEGIN = new SwitchoverRequest("b", Duration.ofSeconds(10), What.BEGIN);

    private final FakeTicker time = new FakeTicker();
    private final Deque<Supplier<Answer>> answers = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();
    private boolean tookOver;

    @Test
    void theResultOfThePrimaryIsTheResult() {
        answers.add(() -> Answer.of(view(SwitchoverView.WENT_BACK)));

        SwitchoverView result = run(BEGIN, A);

        assertThat(result.outcome()).isEqualTo(SwitchoverView.WENT_BACK);
        assertThat(result.exitCode()).isEqualTo(ErrorCode.CANCELLED.exitCode());
        assertThat(asked).containsExactly("a BEGIN");
    }

    /** The list has both servers, for roles change. */
    @Test
    void aServerThatIsNoPrimaryOrDoesNotAnswerIsPassedOver() {
        answers.add(() -> {
            throw new UnderstudyException(ErrorCode.BACKUP_MODE, "it is a standby", "run it on the primary");
        });
        answers.add(() -> Answer.of(view(SwitchoverView.HANDED_OVER)));
        assertThat(run(BEGIN, OTHER, A).outcome()).isEqualTo(SwitchoverView.HANDED_OVER);

        answers.add(() -> Answer.lost(false, away()));
        answers.add(() -> Answer.of(view(SwitchoverView.HANDED_OVER)));
        assertThat(run(BEGIN, OTHER, A).exitCode()).isZero();
    }

    @Test
    void whatStandsInTheWayIsThrownAsThePrimarySaidIt() {
        answers.add(() -> {
            throw new UnderstudyException(ErrorCode.PEER_REFUSED, "not listed", "list it");
        });
        assertThatThrownBy(() -> run(BEGIN, OTHER, A)).hasMessage("not listed");
        assertThat(asked).containsExactly("other BEGIN");
    }

    @Test
    void withoutAPrimaryThatAnswersItSaysWhy() {
        answers.add(() -> Answer.lost(false, away()));
        assertThatThrownBy(() -> run(BEGIN, A)).hasMessage("it is away");
        assertThatThrownBy(() -> run(BEGIN))
                .hasMessageContaining("replica.primaries is empty")
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }

    @Test
    void ofAStandbyItSaysWhichServerThatIs() {
        answers.add(() -> {
            throw new UnderstudyException(ErrorCode.BACKUP_MODE, "this server is a standby", "run it on the primary");
        });
        assertThatThrownBy(() -> run(BEGIN, OTHER))
                .hasMessageContaining("the server at " + OTHER + " is in backup mode, too")
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_MODE));
    }

    /** The one that is away may be the primary, and a standby is none. */
    @Test
    void ofAStandbyAndAServerThatIsAwayItNamesTheOneThatIsAway() {
        answers.add(() -> Answer.lost(false, away()));
        answers.add(() -> {
            throw new UnderstudyException(ErrorCode.BACKUP_MODE, "it is a standby", "run it on the primary");
        });
        assertThatThrownBy(() -> run(BEGIN, A, OTHER)).hasMessage("it is away");

        answers.add(() -> {
            throw new UnderstudyException(ErrorCode.BACKUP_MODE, "it is a standby", "run it on the primary");
        });
        answers.add(() -> Answer.lost(false, away()));
        assertThatThrownBy(() -> run(BEGIN, OTHER, A)).hasMessage("it is away");
    }

    /** Asked again it would be refused, or begun a second time. */
    @Test
    void aConnectionThatIsLostOnTheWayIsResumed() {
        answers.add(() -> Answer.lost(true, away()));
        answers.add(() -> Answer.lost(false, away()));
        answers.add(() -> Answer.lost(true, away()));
        answers.add(() -> Answer.of(view(SwitchoverView.HANDED_OVER)));

        assertThat(run(BEGIN, A).outcome()).isEqualTo(SwitchoverView.HANDED_OVER);
        assertThat(asked).containsExactly("a BEGIN", "a WATCH", "a WATCH", "a WATCH");
    }

    /** The old primary's host may be off by then. */
    @Test
    void aServerThatHasTakenOverNeedsNoAnswer() {
        answers.add(() -> Answer.lost(true, away()));
        answers.add(() -> {
            tookOver = true;
            return Answer.lost(false, away());
        });

        assertThat(run(BEGIN, A).outcome()).isEqualTo(SwitchoverView.HANDED_OVER);
        assertThat(asked).containsExactly("a BEGIN", "a WATCH");
    }

    @Test
    void anEndThatIsNotKnownSaysWhereToLook() {
        answers.add(() -> Answer.lost(true, away()));
        for (int i = 0; i < 100; i++) {
            answers.add(() -> Answer.lost(false, away()));
        }
        assertThatThrownBy(() -> run(BEGIN, A))
                .hasMessageContaining("the end of the switchover is not known")
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.hint()).contains("agent-replica status", "agent-primary status"));
        assertThat(time.now()).isEqualTo(new FakeTicker().now().plusSeconds(70));
    }

    @Test
    void aPlanIsAskedOnce() {
        answers.add(() -> Answer.lost(true, away()));
        assertThatThrownBy(() -> run(new SwitchoverRequest("b", BEGIN.limit(), What.PLAN), A))
                .hasMessage("it is away");
        assertThat(asked).containsExactly("a PLAN");
    }

    private SwitchoverView run(SwitchoverRequest request, HostPort... primaries) {
        return new RequestedSwitchover(
                        List.of(primaries),
                        (primary, what, progress) -> {
                            asked.add(primary.host() + " " + what.what());
                            return answers.remove().get();
                        },
                        () -> tookOver,
                        time)
                .run(request, Progress.none());
    }

    private static UnderstudyException away() {
        return new UnderstudyException(ErrorCode.AGENT_UNREACHABLE, "it is away", "this is a test");
    }

    private static SwitchoverView view(String outcome) {
        return SwitchoverView.of("b", outcome, Optional.empty(), Optional.of("a reason"));
    }
}
