package io.understudy.crash;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.understudy.cli.Terminal;
import io.understudy.primary.command.PrimaryCli;
import io.understudy.progress.CrashPoint;
import io.understudy.replica.command.ReplicaCli;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/**
 * The process that is killed: runs the commands of the shipped agents, as they are wired, and stops at the point it was
 * given. It reads the log as an operator would, so nothing in the agents knows of it.
 *
 * <pre>
 * in   run TAB primary|replica TAB argument TAB …     hold TAB primary/manifest-written TAB 1      go
 * out  ended TAB exit code TAB output                  at TAB primary/manifest-written
 * </pre>
 */
public final class AgentMain {
    private static final BufferedReader IN =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private static final PrintStream OUT = System.out;
    private static final AtomicReference<Hold> HOLD = new AtomicReference<>(new Hold("", 0));

    private AgentMain() {}

    /** @param times that are left until the process holds still there */
    private record Hold(String point, int times) {}

    public static void main(String[] arguments) throws IOException {
        watch();
        for (String line = IN.readLine(); line != null; line = IN.readLine()) {
            List<String> words = List.of(line.split("\t", -1));
            if (words.get(0).equals("hold")) {
                HOLD.set(new Hold(words.get(1), Integer.parseInt(words.get(2))));
            } else {
                run(words.get(1), words.subList(2, words.size()).toArray(String[]::new));
            }
        }
        System.exit(0);
    }

    private static void watch() {
        Points points = new Points();
        points.start();
        Logger logger = (Logger) LoggerFactory.getLogger(CrashPoint.LOGGER);
        logger.setLevel(Level.DEBUG);
        logger.addAppender(points);
    }

    private static final class Points extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            String label = ((CrashPoint) event.getArgumentArray()[0]).label();
            Hold left =
                    HOLD.updateAndGet(hold -> hold.point().equals(label) ? new Hold(label, hold.times() - 1) : hold);
            if (left.point().equals(label) && left.times() == 0) {
                tell("at\t" + label);
                awaitEnd();
            }
        }
    }

    /** Until SIGKILL, or until it is asked to go on. */
    private static void awaitEnd() {
        try {
            IN.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String agent, String[] arguments) {
        StringWriter output = new StringWriter();
        PrintWriter errors = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(IN, new PrintWriter(output), errors, false, false);
        int code = agent.equals("primary")
                ? new PrimaryCli(terminal).execute(arguments)
                : new ReplicaCli(terminal).execute(arguments);
        tell("ended\t" + code + "\t" + output.toString().replace('\n', ' '));
    }

    private static synchronized void tell(String line) {
        OUT.println(line);
        OUT.flush();
    }
}
