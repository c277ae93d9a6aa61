package io.understudy.bench;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A site's load, by PostgreSQL's own pgbench: small transactions at a fixed rate, so that a slow one delays others. */
final class PgBench {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int RATE = 200;
    /** In a line of pgbench's log: when the transaction took this long, from when it was to begin. */
    private static final int MICROS = 2;

    private final PostgresServer server;
    private final Path home;

    /** @param home a folder of its own */
    PgBench(PostgresServer server, Path home) {
        this.server = server;
        this.home = Folders.create(home);
    }

    /** About 150 MB of tables. */
    void prepare() {
        run(List.of("--initialize", "--quiet", "--scale=10"), LIMIT);
    }

    /** @return how long a transaction took, in seconds, for all but the slowest twentieth of them */
    double p95(Duration duration) {
        Testbed.clear(home);
        run(
                List.of(
                        "--client=4",
                        "--no-vacuum",
                        "--rate=" + RATE,
                        "--time=" + duration.toSeconds(),
                        "--log",
                        "--log-prefix=" + home.resolve("transactions")),
                LIMIT.plus(duration));
        double[] seconds = transactions();
        if (seconds.length < duration.toSeconds() * RATE / 2) {
            throw new AssertionError("only " + seconds.length + " transactions in " + duration);
        }
        return Sample.quantile(seconds, 0.95);
    }

    private double[] transactions() {
        try (Stream<Path> logs = Files.list(home)) {
            return logs.flatMap(PgBench::lines)
                    .mapToDouble(line -> Long.parseLong(line.split(" ")[MICROS]) / 1e6)
                    .sorted()
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> lines(Path log) {
        try {
            return Files.readAllLines(log).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(List<String> arguments, Duration limit) {
        Object[] all = Stream.concat(
                        Stream.of("-h", "127.0.0.1", "-p", Integer.toString(server.port()), "-U", "postgres"),
                        Stream.concat(arguments.stream(), Stream.of("site")))
                .toArray();
        Program.of(server.tools().resolve("pgbench"), all)
                .with(Map.of("PGOPTIONS", "-c role=site"))
                .run(limit)
                .successful();
    }
}
