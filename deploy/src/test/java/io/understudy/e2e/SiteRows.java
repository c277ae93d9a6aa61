package io.understudy.e2e;

import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import java.time.Duration;
import java.util.List;

/** All of a site's database as SQL; the order of rows means nothing. */
final class SiteRows {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private SiteRows() {}

    static List<String> of(Server server) {
        return Program.of(
                        server.database().tools().resolve("pg_dump"),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        server.database().port(),
                        "-U",
                        "postgres",
                        "site")
                .run(LIMIT)
                .successful()
                .output()
                .lines()
                .filter(line -> !line.startsWith("--") && !line.startsWith("\\"))
                .sorted()
                .toList();
    }
}
