package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Seconds of processor time, in the program and in the system, as Linux counts them. */
public final class ProcessorTime {
    /** Clock ticks of Linux for programs: the same on every machine that it runs on. */
    private static final double TICKS = 100;
    /** Fields of {@code /proc/…/stat} after the name: time in the program and in the system, then those of children. */
    private static final int TIMES = 11;

    private ProcessorTime() {}

    /** Of a process that runs. */
    public static double of(long pid) {
        return sum(pid, 2);
    }

    /** With that of its children that have ended. */
    public static double withEnded(long pid) {
        return sum(pid, 4);
    }

    private static double sum(long pid, int times) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            // The name, in parentheses, may hold spaces.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double sum = 0;
            for (int i = 0; i < times; i++) {
                sum += Double.parseDouble(fields[TIMES + i]);
            }
            return sum / TICKS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
