package io.understudy.fuzz;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Optional;

/**
 * What is wrong with how an input ended.
 *
 * @param key the same for the same fault: what was thrown, and where
 * @param text for people
 */
public record Fault(String key, String text) {
    private static final int FRAMES = 12;

    /** An exception or error that the parser does not document. */
    static Fault thrown(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        String shown = trace.toString()
                .lines()
                .limit(FRAMES)
                .reduce((a, b) -> a + "\n" + b)
                .orElse("");
        return new Fault(key(failure), shown.length() > 4000 ? shown.substring(0, 4000) : shown);
    }

    static Fault slow(long millis) {
        return new Fault("slow", "it took " + millis + " ms");
    }

    static Fault large(long allocated, long most) {
        return new Fault("large", "it allocated " + allocated + " bytes; " + most + " are the most");
    }

    /** What was thrown, and where in Understudy's own code; of each cause too. */
    static String key(Throwable failure) {
        StringBuilder key = new StringBuilder();
        int depth = 0;
        for (Throwable each = failure; each != null && depth < 4; each = each.getCause()) {
            key.append(each.getClass().getName());
            own(each)
                    .ifPresent(frame -> key.append('@')
                            .append(frame.getClassName())
                            .append(':')
                            .append(frame.getLineNumber()));
            key.append(' ');
            depth++;
        }
        return key.toString();
    }

    private static Optional<StackTraceElement> own(Throwable failure) {
        return Arrays.stream(failure.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("io.understudy"))
                .findFirst();
    }
}
