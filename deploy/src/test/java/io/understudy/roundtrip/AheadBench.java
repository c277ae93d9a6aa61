package io.understudy.roundtrip;

import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.Manifest;
import io.understudy.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How long the load of a continuous snapshot takes in which one row changed, by the number of tables: run by hand.
 *
 * <pre>AheadBench [tables]</pre>
 */
public final class AheadBench {
    private static final int BATCH = 500;

    private AheadBench() {}

    public static void main(String[] arguments) throws Exception {
        int tables = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5000;
        Path state = Files.createTempDirectory("ahead-bench");
        try (PostgresServer server =
                PostgresServer.start(List.of("wal_level=logical", "max_locks_per_transaction=1024"))) {
            Differential both = new Differential(server, state, "CREATE SCHEMA app;", true);
            for (int from = 0; from < tables; from += BATCH) {
                both.run(
                        ("DO $$ BEGIN FOR i IN %d..%d LOOP EXECUTE format('CREATE TABLE app.t%%s (a int PRIMARY KEY, b text)', i);"
                                        + " EXECUTE format('INSERT INTO app.t%%s SELECT g, repeat(''x'', 50) FROM generate_series(1, 20) g', i);"
                                        + " END LOOP; END $$")
                                .formatted(from, Math.min(tables, from + BATCH) - 1));
            }
            System.out.println("tables made");
            long start = System.nanoTime();
            both.loadAhead(() -> {});
            System.out.println("in full: " + since(start));
            for (int i = 0; i < 12; i++) {
                both.run("UPDATE app.t%d SET b = 'new' || random() WHERE a = %d".formatted(i * 7 % tables, i + 1));
                Manifest next = both.capture();
                start = System.nanoTime();
                LoadedSpare loaded = both.loadAhead(next, () -> {});
                System.out.println(since(start) + " " + loaded.report().text());
            }
            both.run("UPDATE app.t1 SET b = 'new' || random() WHERE a = 1");
            Manifest last = both.capture();
            start = System.nanoTime();
            LoadedSpare live = both.load(last);
            System.out.println("becomes live: " + since(start)
                    + live.report().full().map(why -> ", in full: " + why).orElse(""));
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
