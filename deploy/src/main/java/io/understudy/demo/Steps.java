package io.understudy.demo;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Prints each step with its time, and remembers the times. */
final class Steps {
    private final PrintStream out;
    private final long begin = System.nanoTime();
    private final Map<String, Double> seconds = new LinkedHashMap<>();

    Steps(PrintStream out) {
        this.out = out;
    }

    /** @param key of the step in the JSON object */
    void step(String key, String what, Runnable work) {
        step(key, what, () -> {
            work.run();
            return "";
        });
    }

    /** A step whose work returns a remark about what came of it. */
    void step(String key, String what, Supplier<String> work) {
        long start = System.nanoTime();
        out.printf(Locale.ROOT, "%6.1f s  %s …%n", since(begin), what);
        String remark = work.get();
        double took = since(start);
        seconds.put(key, took);
        out.printf(Locale.ROOT, "          done in %.1f s%s%n", took, remark.isEmpty() ? "" : ": " + remark);
    }

    void say(String line) {
        out.println(line);
    }

    Map<String, Double> seconds() {
        return seconds;
    }

    double total() {
        return since(begin);
    }

    /** To a hundredth of a second. */
    private static double since(long nanos) {
        return Math.round((System.nanoTime() - nanos) / 1e7) / 100.0;
    }
}
