package io.understudy.bench;

import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The largest resident size that agents ever had, as the kernel reports it ({@code VmHWM}). */
final class Footprint {
    private final List<Double> peaks = new ArrayList<>();

    /** Looks at a process just before it is stopped. */
    void look(Running agent) {
        peaks.add(peak(agent.pid()));
    }

    /** The largest of all, in bytes; empty when none was looked at. */
    Optional<Sample> largest() {
        return peaks.stream().max(Double::compare).map(most -> new Sample(List.of(most)));
    }

    private static double peak(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
