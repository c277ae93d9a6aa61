package io.understudy.primary.app;

import io.understudy.cli.Problem;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * The result of {@code agent-primary shutdown}:
 *
 * <pre>{@code
 * {"site":"stopped","problem":null,"snapshot":{"snapshot":"00000001-00000042","seconds":4.2,…}}
 * }</pre>
 *
 * @param site {@code stopped}; {@code not stopped} with the {@code problem}; {@code not stopped} without one where no
 *     command is configured; {@code standby} where this server is in backup mode, and so has nothing to take
 * @param problem why the site was not stopped
 * @param snapshot the last one; null on a standby
 */
public record ShutdownView(String site, Optional<Problem> problem, Optional<SnapshotView> snapshot) {
    static ShutdownView ofStandby() {
        return new ShutdownView("standby", Optional.empty(), Optional.empty());
    }

    static ShutdownView of(boolean stopped, Optional<UnderstudyException> failure, SnapshotView taken) {
        return new ShutdownView(stopped ? "stopped" : "not stopped", failure.map(Problem::of), Optional.of(taken));
    }

    /** 0, or that of the problem. */
    public int exitCode() {
        return problem.flatMap(each -> ErrorCode.of(each.code()))
                .map(ErrorCode::exitCode)
                .orElse(0);
    }

    public String text() {
        if (snapshot.isEmpty()) {
            return "this server is in backup mode: it has no snapshot to take\n";
        }
        String why = problem.map(each -> ": " + each.message() + "\nhint      " + each.hint())
                .orElse(site.equals("stopped") ? "" : ": no command to stop it is configured");
        return "site      " + site + why + "\n" + snapshot.get().text()
                + "last      this is the last snapshot until another one is taken\n";
    }
}
