package io.understudy.cli;

import io.understudy.failure.UnderstudyException;
import io.understudy.failure.Unexpected;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a command fails: {@code error: …} and {@code hint: …} on standard error, with {@code --json} also
 * {@code {"error":{"code":"fenced","message":"…","hint":"…"}}} on standard output, and the code's exit code.
 */
final class FailureReport {
    private FailureReport() {}

    /** @return the exit code */
    static int print(Throwable failure, Terminal terminal, boolean json) {
        if (failure instanceof UnderstudyException) {
            // Its message says what happened; debug shows where in the code.
            logger().debug("the command failed", failure);
        } else {
            logger().error("cannot complete the command", failure);
        }
        UnderstudyException known = Unexpected.of("complete the command", failure);
        terminal.err().println("error: " + Terminal.plain(String.valueOf(known.getMessage())));
        terminal.err().println("hint: " + Terminal.plain(known.hint()));
        terminal.err().flush();
        if (json) {
            terminal.out().println(Json.line(new Reported(Problem.of(known))));
            terminal.out().flush();
        }
        return known.code().exitCode();
    }

    /** Asked for late: the level of the log is set after this class may have been loaded. */
    private static Logger logger() {
        return LoggerFactory.getLogger(FailureReport.class);
    }

    private record Reported(Problem error) {}
}
