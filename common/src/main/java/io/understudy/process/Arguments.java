package io.understudy.process;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.charset.Charset;
import java.util.stream.Stream;

/**
 * Refuses a command whose text Java would garble: in an empty environment it passes every character beyond ASCII as a
 * question mark, and a program would work on another table or file than the one that was named.
 */
public final class Arguments {
    private Arguments() {}

    /** @throws UnderstudyException {@code COMMAND_FAILED} */
    static void check(Command command) {
        Stream<String> texts = Stream.concat(
                command.arguments().stream(),
                command.environment().entrySet().stream().flatMap(e -> Stream.of(e.getKey(), e.getValue())));
        if (!texts.allMatch(Arguments::pass)) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot run " + command.arguments().get(0) + ": " + charset() + " cannot carry its arguments",
                    "start the agent by its own script, or with LC_ALL=C.UTF-8 in its environment");
        }
    }

    /** Whether the text reaches a program unchanged. */
    public static boolean pass(String text) {
        return text.chars().allMatch(c -> c < 0x80) || charset().newEncoder().canEncode(text);
    }

    /** Up to Java 17 programs get their arguments in the default charset, later in the one of file names. */
    private static Charset charset() {
        return Runtime.version().feature() < 18
                ? Charset.defaultCharset()
                : Charset.forName(System.getProperty("sun.jnu.encoding", "US-ASCII"));
    }
}
