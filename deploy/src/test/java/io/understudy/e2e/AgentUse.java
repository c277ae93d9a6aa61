package io.understudy.e2e;

import io.understudy.rehearsal.ProcessorTime;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * What an agent's process holds, by the kernel and by its Java machine.
 *
 * @param resident KiB of memory now
 * @param most KiB of memory at any time so far
 * @param live bytes of objects in Java's heap after a whole collection
 * @param files open descriptors
 * @param processor seconds of processor time so far
 */
record AgentUse(long resident, long most, long live, long files, long threads, double processor) {
    private static final Duration ANSWERS = Duration.ofSeconds(180);

    /** The agent collects all garbage for it, so not to be asked often. */
    static AgentUse of(Running agent) {
        Path process = Path.of("/proc", Long.toString(agent.pid()));
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            return new AgentUse(
                    status(process, "VmRSS:"),
                    status(process, "VmHWM:"),
                    live(agent),
                    descriptors.count(),
                    status(process, "Threads:"),
                    ProcessorTime.of(agent.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text() {
        return "%d MiB resident (most: %d), %.1f MiB of live objects, %d descriptors, %d threads, %.1f s of processor time"
                .formatted(resident >> 10, most >> 10, live / 1048576.0, files, threads, processor);
    }

    private static long status(Path process, String field) throws IOException {
        return Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** The last line of the histogram of classes: {@code Total <objects> <bytes>}. */
    private static long live(Running agent) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String[] total = Program.of(jcmd, agent.pid(), "GC.class_histogram")
                .run(ANSWERS)
                .successful()
                .output()
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow()
                .split("\\s+");
        return Long.parseLong(total[2]);
    }
}
