package io.understudy.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckReportTest {
    private final CheckReport.Run run = new CheckReport.Run();

    @Test
    void whatFailsOfTheSameCauseRefersToTheFirst() {
        run.failed("repository", down("store"));
        run.failed("epoch", down("store"));
        run.failed("database", down("database"));

        assertThat(run.report().checks())
                .extracting(CheckResult::state, CheckResult::message)
                .map(Object::toString)
                .containsExactly(
                        "(\"failed\", \"cannot reach store\")",
                        "(\"skipped\", \"not looked at, because repository failed\")",
                        "(\"failed\", \"cannot reach database\")");
        assertThat(run.report().exitCode()).isEqualTo(20);
    }

    /** The first cause is named, also where one was skipped that this one needs. */
    @Test
    void whatNeedsAFailedCheckIsNotLookedAt() {
        run.failed("filestore", down("store"));
        run.given(List.of("filestore"), "repository", () -> {
            throw new AssertionError("asked, though the filestore is down");
        });
        run.given(List.of("trees", "repository"), "epoch", () -> {
            throw new AssertionError("asked, though the filestore is down");
        });
        run.given(List.of("trees"), "database", () -> CheckResult.ok("database", "there"));

        assertThat(run.report().checks().subList(1, 3))
                .extracting(CheckResult::message)
                .containsOnly("not looked at, because filestore failed");
        assertThat(run.lacks("epoch")).isTrue();
        assertThat(run.lacks("database")).isFalse();
        assertThat(run.report().checks().get(1).passed()).isFalse();
        assertThat(run.report().failures()).hasSize(1);
    }

    private static UnderstudyException down(String what) {
        return new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot reach " + what, "start it");
    }
}
