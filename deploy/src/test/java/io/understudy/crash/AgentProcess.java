package io.understudy.crash;

import io.understudy.progress.CrashPoint;
import io.understudy.rehearsal.ClassArchives;
import io.understudy.rehearsal.Running;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process of {@link AgentMain}, seen from the test. Not for concurrent use. */
final class AgentProcess implements AutoCloseable {
    private static final int TOLD = 60;
    private static final int LIMIT_SECONDS = 120;

    private final Process process;
    private final BufferedReader answers;
    private final PrintStream orders;
    private final Path log;

    private AgentProcess(Process process, Path log) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.log = log;
    }

    /** How a command ended. */
    record Ended(int code, String output, Path log) {}

    /** @param log what the agents print on standard error */
    static AgentProcess start(Path log) {
        try {
            List<String> command =
                    new ArrayList<>(List.of("java", "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            ClassArchives.forAgents().ifPresent(archive -> command.addAll(List.of(archive, "-Xlog:cds*=off")));
            command.addAll(List.of(
                    "-Xshare:auto", "-Dunderstudy.log.level=INFO", "-cp", classPath(), AgentMain.class.getName()));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            return new AgentProcess(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The libraries of the distribution, and of the tests this folder alone. */
    private static String classPath() {
        Path tests = Path.of(AgentMain.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        return System.getProperty("understudy.distribution") + "/lib/*:" + tests;
    }

    /** Runs a command of {@code primary} or {@code replica} to its end. */
    Ended run(String agent, String... arguments) {
        begin(agent, arguments);
        return ended();
    }

    void begin(String agent, String... arguments) {
        List<String> words = new ArrayList<>(List.of("run", agent));
        words.addAll(List.of(arguments));
        orders.println(String.join("\t", words));
    }

    /** The next command, or what runs, holds still where it passes the point for this time. */
    void holdAt(CrashPoint point, int times) {
        orders.println("hold\t" + point.label() + "\t" + times);
    }

    /** @throws AssertionError when the command ended without having passed the point */
    void awaitPoint(CrashPoint point) {
        String[] answer = answer();
        if (!answer[0].equals("at")) {
            throw new AssertionError(point + " was not passed: " + String.join(" ", answer) + "\n" + logText());
        }
    }

    /** @return whether the command holds still at its point; otherwise it has ended without passing it */
    boolean comesToPoint() {
        return answer()[0].equals("at");
    }

    void goOn() {
        orders.println("go");
    }

    Ended ended() {
        String[] answer = answer();
        if (!answer[0].equals("ended")) {
            throw new AssertionError("unexpected: " + String.join(" ", answer) + "\n" + logText());
        }
        return new Ended(Integer.parseInt(answer[1]), answer.length > 2 ? answer[2] : "", log);
    }

    /** {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** The end of what the agents of this server wrote to their log. */
    String logText() {
        List<String> lines =
                new Running(process.toHandle(), log).logText().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TOLD), lines.size()));
    }

    @Override
    public void close() {
        kill();
    }

    private String[] answer() {
        CompletableFuture<Void> limit = CompletableFuture.runAsync(
                process::destroyForcibly, CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS));
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new AssertionError("the process has ended, or was silent too long:\n" + logText());
            }
            return line.split("\t", -1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            limit.cancel(false);
        }
    }
}
