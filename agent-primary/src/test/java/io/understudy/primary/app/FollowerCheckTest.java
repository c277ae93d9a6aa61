package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.StatusView.FilestoreView;
import io.understudy.primary.app.StatusView.PeerView;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.transport.RefusedPeers.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FollowerCheckTest {
    private static final Instant TEN = Instant.parse("2026-11-20T10:00:00Z");
    private static final Instant ELEVEN = Instant.parse("2026-11-20T11:00:00Z");
    private static final List<String> LISTED = List.of("b.example.net");

    private static List<CheckResult> check(List<String> replicas, Supplier<Optional<StatusView>> daemon) {
        CheckReport.Run run = new CheckReport.Run();
        FollowerCheck.add(run, replicas, daemon);
        return run.report().checks();
    }

    private static CheckResult peer(boolean connected, Optional<Instant> called, Optional<Instant> refused) {
        PeerView peer = new PeerView(
                "b.example.net", connected, called, refused.map(at -> new Refusal(at, "192.0.2.7", "it is late")));
        List<CheckResult> all = check(LISTED, () -> Optional.of(status(peer)));
        assertThat(all).hasSize(2);
        assertThat(all.get(0).message()).isEqualTo("may follow: b.example.net");
        assertThat(all.get(1).check()).isEqualTo("follower b.example.net");
        return all.get(1);
    }

    @Test
    void eachListedNameShowsWhatTheAgentSawOfIt() {
        assertThat(peer(true, Optional.of(TEN), Optional.empty()).message()).isEqualTo("connected");
        assertThat(peer(false, Optional.of(TEN), Optional.empty()).message())
                .isEqualTo("last called at 2026-11-20T10:00:00Z");
        assertThat(peer(false, Optional.of(ELEVEN), Optional.of(TEN)).state()).isEqualTo("ok");

        CheckResult never = peer(false, Optional.empty(), Optional.empty());
        assertThat(never.state()).isEqualTo("warning");
        assertThat(never.message()).isEqualTo("has not called since the agent's start");
        assertThat(never.hint()).contains("agent-replica check");

        CheckResult refused = peer(false, Optional.of(TEN), Optional.of(ELEVEN));
        assertThat(refused.state()).isEqualTo("warning");
        assertThat(refused.message())
                .isEqualTo("last called at 2026-11-20T10:00:00Z; last refused at 2026-11-20T11:00:00Z"
                        + " from 192.0.2.7: it is late");
    }

    @Test
    void withoutAnAgentNothingIsKnownOfThem() {
        assertThat(check(LISTED, Optional::empty))
                .extracting(CheckResult::state, CheckResult::message)
                .containsExactly(
                        tuple("ok", "may follow: b.example.net; whether they do is known only while the agent runs"));
        assertThat(check(LISTED, () -> {
                    throw new UnderstudyException(ErrorCode.AGENT_UNREACHABLE, "cannot ask the agent", "see its log");
                }))
                .extracting(CheckResult::state, CheckResult::message)
                .containsExactly(
                        tuple("warning", "what the agent knows of them cannot be asked: cannot ask the agent"));
    }

    @Test
    void anEmptyListIsAWarning() {
        assertThat(check(List.of(), Optional::empty))
                .extracting(CheckResult::state)
                .containsExactly("warning");
    }

    private static StatusView status(PeerView peer) {
        return new StatusView(
                true,
                "example",
                "a",
                "0.1.0",
                "primary",
                1,
                1,
                Optional.of(false),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(peer),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                new FilestoreView("memory:", true, Optional.empty()),
                Optional.empty());
    }
}
