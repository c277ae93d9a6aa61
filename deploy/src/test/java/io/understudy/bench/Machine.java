package io.understudy.bench;

import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the figures depend on: the machine and the programs' versions. */
final class Machine {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+(\\.\\d+)?");

    private Machine() {}

    static String described(Clock clock) {
        return "%s, %s with %d processors, %s GB of memory, Linux %s, Java %s."
                .formatted(
                        LocalDate.now(clock),
                        field("/proc/cpuinfo", "model name"),
                        Runtime.getRuntime().availableProcessors(),
                        gigabytes(field("/proc/meminfo", "MemTotal")),
                        version(System.getProperty("os.version")),
                        System.getProperty("java.version"));
    }

    /** @param restic whether it is measured against restic, which may be missing otherwise */
    static String programs(Path postgresql, boolean restic) {
        return "PostgreSQL %s, %szstd %s, GNU tar %s."
                .formatted(
                        version(printed(postgresql.resolve("pg_dump"), "--version")),
                        restic ? "restic " + version(printed("restic", "version")) + ", " : "",
                        version(printed("zstd", "--version")),
                        version(printed("tar", "--version")));
    }

    private static String printed(Object program, String argument) {
        return Program.of(program, argument).run(LIMIT).successful().output();
    }

    static String version(String text) {
        Matcher matcher = VERSION.matcher(text);
        return matcher.find() ? matcher.group() : "?";
    }

    private static String gigabytes(String kibibytes) {
        return String.format(Locale.ROOT, "%.0f", Double.parseDouble(kibibytes.replaceAll("\\D", "")) / (1 << 20));
    }

    private static String field(String file, String name) {
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            Predicate<String> named = line -> line.startsWith(name);
            return lines.stream()
                    .filter(named)
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("?");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
