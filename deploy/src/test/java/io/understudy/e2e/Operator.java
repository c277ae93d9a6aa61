package io.understudy.e2e;

import io.understudy.rehearsal.Folders;
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
import java.util.Optional;

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
            case "rm" -> removes(String.join(" ", words));
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

    /** Of one or several services. */
    private Outcome manages(List<String> words) {
        String verb = words.get(0);
        for (String service : words.subList(1, words.size())) {
            switch (service) {
                case "site" -> server.siteService(verb);
                case "understudy-primary" -> manages(verb, server.primaryAgent(), server::startPrimary);
                case "understudy-replica" -> manages(verb, server.replicaAgent(), server::startReplica);
                default -> throw new AssertionError("nothing is known of the service " + service);
            }
        }
        return new Outcome("systemctl " + String.join(" ", words), 0, "", "");
    }

    private static void manages(String verb, Optional<Running> agent, Runnable start) {
        if (!List.of("start", "stop", "restart").contains(verb)) {
            throw new AssertionError("nothing is known of systemctl " + verb);
        }
        if (!verb.equals("start")) {
            agent.ifPresent(Running::stop);
        }
        if (!verb.equals("stop")) {
            start.run();
        }
    }

    /** The state folder has another place here. */
    private Outcome removes(String what) {
        if (!what.equals("-r /var/lib/understudy")) {
            throw new AssertionError("nothing is known of rm " + what);
        }
        Folders.delete(server.layout().state());
        return new Outcome("rm " + what, 0, "", "");
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
