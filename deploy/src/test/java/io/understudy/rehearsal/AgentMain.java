package io.understudy.rehearsal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.understudy.cli.Terminal;
import io.understudy.primary.command.PrimaryCli;
import io.understudy.progress.CrashPoint;
import io.understudy.replica.command.ReplicaCli;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.io.output.TeeOutputStream;
import org.slf4j.LoggerFactory;

/**
 * A process that runs commands of the shipped agents, as they are wired, one after the other, and stops at the crash
 * point it was given. It reads the log as an operator would, so nothing in the agents knows of it.
 *
 * <pre>
 * in   run TAB primary|replica TAB argument TAB …                hold TAB primary/manifest-written TAB 1      go
 * out  ended TAB exit code TAB output TAB errors, in Base64       at TAB primary/manifest-written
 * </pre>
 */
public final class AgentMain {
    private static final BufferedReader IN =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private static final PrintStream OUT = System.out;
    private static final ByteArrayOutputStream OUTPUT = new ByteArrayOutputStream();
    private static final ByteArrayOutputStream ERRORS = new ByteArrayOutputStream();
    private static final AtomicReference<Hold> HOLD = new AtomicReference<>(new Hold("", 0));

    private AgentMain() {}

    /** @param times that are left until the process holds still there */
    private record Hold(String point, int times) {}

    public static void main(String[] arguments) throws IOException {
        // Before anything logs: also what is printed without the terminal is part of a command's output.
        System.setOut(new PrintStream(OUTPUT, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new TeeOutputStream(System.err, ERRORS), true, StandardCharsets.UTF_8));
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
        OUTPUT.reset();
        ERRORS.reset();
        PrintWriter output = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter errors = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(IN, output, errors, System.out, false, false);
        int code = agent.equals("primary")
                ? new PrimaryCli(terminal).execute(arguments)
                : new ReplicaCli(terminal).execute(arguments);
        tell("ended\t" + code + "\t" + inBase64(OUTPUT) + "\t" + inBase64(ERRORS));
    }

    private static String inBase64(ByteArrayOutputStream bytes) {
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static synchronized void tell(String line) {
        OUT.println(line);
        OUT.flush();
    }
}
