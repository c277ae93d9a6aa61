package io.understudy.e2e;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Root at a terminal of one server, who types what a page says and answers {@code y} to what is asked. In place of the
 * installed paths the agents get this server's configuration, in place of systemd the test's own processes are
 * stopped and started.
 */
final class Operator {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final Server server;
    private final Map<String, Operator> hosts = new HashMap<>();

    Operator(Server server) {
        this.server = server;
    }

    /** Reaches another server by ssh, and names it in commands. */
    void knows(String name, Operator other) {
        hosts.put(name, other);
    }

    /** Types one line; it must succeed. */
    Outcome types(String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split("\\s+")));
        String program = words.remove(0);
        return switch (program) {
            case "ssh" -> hosts.get(words.remove(0)).types(String.join(" ", words));
            case "systemctl" -> manages(words);
            case "agent-primary" -> answers(server.primaryProgram(named(words)));
            case "agent-replica" -> answers(server.replicaProgram(named(words)));
            default -> throw new AssertionError("nothing is known of " + line);
        };
    }

    /** Types a command of agent-replica that asks nothing, and gives its output to another program. */
    Outcome pipes(String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split("\\s+")));
        if (!words.remove(0).equals("agent-replica")) {
            throw new AssertionError("nothing is known of " + line);
        }
        return server.replica(named(words)).successful();
    }

    private String[] named(List<String> words) {
        return words.stream()
                .map(word -> hosts.containsKey(word)
                        ? hosts.get(word).server.layout().name()
                        : word)
                .toArray(String[]::new);
    }

    private Outcome manages(List<String> words) {
        String what = String.join(" ", words);
        switch (what) {
            case "stop site" -> server.siteService("stop");
            case "restart understudy-replica" -> {
                server.replicaAgent().ifPresent(Running::stop);
                server.startReplica();
            }
            default -> throw new AssertionError("nothing is known of systemctl " + what);
        }
        return new Outcome("systemctl " + what, 0, "", "");
    }

    /** The command's output and errors come together, as on a terminal. */
    private static Outcome answers(Program program) {
        String quoted = String.join(
                " ",
                program.command().stream()
                        .map(each -> "'" + each.replace("'", "'\\''") + "'")
                        .toList());
        Outcome outcome = Program.of(
                        "sh", "-c", "echo y | script --quiet --return --command \"$1\" /dev/null", "operator", quoted)
                .with(program.environment())
                .run(LIMIT);
        // The terminal echoes the answer and ends lines with two characters.
        return new Outcome(
                        program.toString(), outcome.exitCode(), outcome.output().replace("\r", ""), outcome.errors())
                .successful();
    }
}
