package io.understudy.bench;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/** When things happened, as an agent's log says, to the millisecond. */
final class AgentLog {
    private final Running agent;

    AgentLog(Running agent) {
        this.agent = agent;
    }

    /** Waits for the first line that holds these words. @return seconds since 1970 */
    double await(String words, Duration limit) {
        return Deadline.await("the agent's log says: " + words, limit, () -> {
            if (!agent.alive()) {
                throw new AssertionError("the agent has ended:\n" + agent.logText());
            }
            return find(agent.logText(), words);
        });
    }

    /** What the last line that holds these words says. */
    Optional<String> last(String words) {
        return agent.logText()
                .lines()
                .filter(line -> line.contains(words))
                .reduce((first, second) -> second)
                .map(line -> line.replaceFirst(".* (?=[0-9]+ files and )", ""));
    }

    static Optional<Double> find(String log, String words) {
        return log.lines().filter(line -> line.contains(words)).findFirst().map(AgentLog::time);
    }

    private static double time(String line) {
        return OffsetDateTime.parse(line.substring(0, line.indexOf(' ')))
                        .toInstant()
                        .toEpochMilli()
                / 1e3;
    }
}
