package io.understudy.switchover;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.switchover.SwitchoverRequest.What;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of {@code switchover} of both agents. */
public final class SwitchoverOptions {
    @Option(names = "--plan", description = "Change nothing: show what stands in the way, and each step.")
    private boolean plan;

    @Option(names = "--cancel", description = "End the one that is under way: the site starts on the primary again.")
    private boolean cancel;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description =
                    "After so many seconds it goes back by itself, 10 to 3600; and so long the standby gets before it begins to load what is there. Default: ${DEFAULT-VALUE}")
    private int limit;

    /** Whether no person is asked. */
    public boolean yes() {
        return yes;
    }

    /**
     * What is asked of the primary's agent.
     *
     * @param standby by the name in its reports; empty only of a cancellation
     * @throws UnderstudyException {@code USAGE}
     */
    public SwitchoverRequest request(String standby) {
        if (plan && cancel) {
            throw new UnderstudyException(
                    ErrorCode.USAGE, "--plan and --cancel exclude each other", "give one of the two");
        }
        SwitchoverRequest request = new SwitchoverRequest(
                standby, Duration.ofSeconds(limit), plan ? What.PLAN : cancel ? What.CANCEL : What.BEGIN);
        if (!request.hasLimit()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--limit must be from " + SwitchoverRequest.SHORTEST.toSeconds() + " to "
                            + SwitchoverRequest.LONGEST.toSeconds() + " s",
                    "it covers the stop of the site, the final snapshot and the standby's import");
        }
        return request;
    }
}
