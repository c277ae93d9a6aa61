package io.understudy.rehearsal;

import io.understudy.progress.CrashPoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process of {@link AgentMain}, seen from the test. Not for concurrent use. */
public final class AgentProcess implements AutoCloseable {
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
    public record Ended(int code, String output, String errors) {}

    /**
     * @param log what the agents print on standard error
     * @param level of what they log
     */
    public static AgentProcess start(Path log, String level) {
        return start(log, level, Map.of());
    }

    /** @param environment added to this process's own */
    public static AgentProcess start(Path log, String level, Map<String, String> environment) {
        try {
            List<String> command =
                    new ArrayList<>(List.of("java", "-Xmx224m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            command.addAll(ClassArchives.forAgents());
            command.addAll(List.of(
                    "-Xshare:auto", "-Dunderstudy.log.level=" + level, "-cp", classPath(), AgentMain.class.getName()));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
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
    public Ended run(String agent, String... arguments) {
        begin(agent, arguments);
        return ended();
    }

    public void begin(String agent, String... arguments) {
        List<String> words = new ArrayList<>(List.of("run", agent));
        words.addAll(List.of(arguments));
        orders.println(String.join("\t", words));
    }

    /** The next command, or what runs, holds still where it passes the point for this time. */
    public void holdAt(CrashPoint point, int times) {
        orders.println("hold\t" + point.label() + "\t" + times);
    }

    /** @throws AssertionError when the command ended without having passed the point */
    public void awaitPoint(CrashPoint point) {
        String[] answer = answer();
        if (!answer[0].equals("at")) {
            throw new AssertionError(point + " was not passed: " + String.join(" ", answer) + "\n" + logText());
        }
    }

    /** @return whether the command holds still at its point; otherwise it has ended without passing it */
    public boolean comesToPoint() {
        return answer()[0].equals("at");
    }

    public void goOn() {
        orders.println("go");
    }

    public Ended ended() {
        String[] answer = answer();
        if (!answer[0].equals("ended")) {
            throw new AssertionError("unexpected: " + String.join(" ", answer) + "\n" + logText());
        }
        return new Ended(Integer.parseInt(answer[1]), text(answer[2]), text(answer[3]));
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** The end of what the agents of this server wrote to their log. */
    public String logText() {
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
