package io.understudy.config;

import io.understudy.config.Settings.HealthSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a promotion is rehearsed with a copy of the site.
 *
 * @param site the commands
 * @param rewrite what the copies of trees have otherwise, in order
 * @param folder in which the copies of trees are made; empty: in the state folder
 * @param leaveOut names of trees that are not copied
 * @param schedule when the daemon does it; empty: only when it is asked
 * @param maxAge how old the last drill that passed may be
 * @param keep how many reports are kept, 1 to 1000
 */
public record DrillSettings(
        DrillCommands site,
        List<RewriteRule> rewrite,
        Optional<Path> folder,
        List<String> leaveOut,
        Optional<CronExpression> schedule,
        Duration maxAge,
        int keep) {
    public DrillSettings {
        rewrite = List.copyOf(rewrite);
        leaveOut = List.copyOf(leaveOut);
    }

    /**
     * @param start command that starts the copy of the site, as a list
     * @param stop command that stops it
     * @param health how it is asked whether it is well; empty: it is not
     * @param smoke what is tried after that, in order
     * @param write writes into it once it has left backup mode; empty: it starts in production
     * @param environment names of the agent's variables that the commands get
     * @param limit of each command
     */
    public record DrillCommands(
            List<String> start,
            List<String> stop,
            Optional<HealthSettings> health,
            List<SmokeTest> smoke,
            List<String> write,
            List<String> environment,
            Duration limit) {
        public DrillCommands {
            start = List.copyOf(start);
            stop = List.copyOf(stop);
            smoke = List.copyOf(smoke);
            write = List.copyOf(write);
            environment = List.copyOf(environment);
        }
    }

    /** @param command that ends with 0 where all is well, as a list */
    public record SmokeTest(String name, List<String> command) {
        public SmokeTest {
            command = List.copyOf(command);
        }
    }
}
