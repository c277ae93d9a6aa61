package io.understudy.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.cli.Json;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.setup.CheckResult;
import io.understudy.switchover.SwitchoverView.StepView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SwitchoverViewTest {
    @Test
    void eachServerSaysWhichOneItIs() {
        SwitchoverView done =
                SwitchoverView.of("b", SwitchoverView.HANDED_OVER, Optional.of("00000001-00000042"), Optional.empty());
        assertThat(done.text())
                .startsWith("b is the primary; this server is its standby (final snapshot 00000001-00000042)\n")
                .contains("to b, unless");
        assertThat(done.textOnStandby())
                .startsWith("this server, b, is the primary (final snapshot 00000001-00000042)\n")
                .contains("to this server, unless");
        SwitchoverView back =
                SwitchoverView.of("b", SwitchoverView.WENT_BACK, Optional.empty(), Optional.of("the disk is full"));
        assertThat(back.text()).isEqualTo("the site runs on this server again: the disk is full\n");
        assertThat(back.textOnStandby()).isEqualTo("the site runs on the primary again: the disk is full\n");
    }

    /** The same for the programs of both servers, to which it comes as JSON. */
    @Test
    void theExitCodeSurvivesItsWayAsJson() {
        SwitchoverView blocked = SwitchoverView.plan(
                "b",
                List.of(
                        CheckResult.ok("role", "primary"),
                        CheckResult.failed(
                                "standby", new UnderstudyException(ErrorCode.AGENT_UNREACHABLE, "it is away", "see"))),
                List.of(new StepView("stop the site", Optional.of(0.4))));
        SwitchoverView read = Json.read(Json.line(blocked), SwitchoverView.class);

        assertThat(read).isEqualTo(blocked);
        assertThat(read.exitCode()).isEqualTo(ErrorCode.AGENT_UNREACHABLE.exitCode());
        assertThat(read.textOnStandby()).contains("failed  standby: it is away", "  stop the site: 0.4 s");
        assertThat(SwitchoverView.of("b", SwitchoverView.WENT_BACK, Optional.empty(), Optional.empty())
                        .exitCode())
                .isEqualTo(ErrorCode.CANCELLED.exitCode());
        assertThat(SwitchoverView.of("b", SwitchoverView.HANDED_OVER, Optional.empty(), Optional.empty())
                        .exitCode())
                .isZero();
    }
}
