package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Layout;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import io.understudy.testing.EveryKindOfObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A database with every kind of object arrives so that pg_dump shows no difference, and so do the trees. */
class RoundTripIT extends Scenario {
    private static final List<Function<Layout, Path>> TREES =
            List.of(Layout::media, Layout::siteConfig, Layout::secrets);

    @Test
    void everyKindOfObjectArrives() throws IOException {
        ServerPair pair = install(false);
        Path scripts = Folders.create(pair.home().resolve("scripts"));
        for (Server server : new Server[] {pair.primary(), pair.standby()}) {
            server.configure(config -> config.replace("  user: site\n", "  user: postgres\n"));
            psql(server.database(), "postgres", script(scripts, "roles"));
        }
        for (String part : new String[] {"types", "tables", "logic"}) {
            psql(pair.primary().database(), "site", script(scripts, part));
        }
        pair.primary().primary("init").successful();
        pair.standby().replica("init", "--yes").successful();

        for (Function<Layout, Path> tree : TREES) {
            Folders.write(tree.apply(pair.primary().layout()).resolve("conf.txt"), "of the primary");
        }
        snapshot(pair.primary());
        sync(pair.standby());

        assertThat(dump(pair.standby().database()))
                .isEqualTo(dump(pair.primary().database()));
        for (Function<Layout, Path> tree : TREES) {
            Path arrived = tree.apply(pair.standby().layout());
            assertThat(arrived.resolve("conf.txt")).hasContent("of the primary");
            Program.of(
                            "diff",
                            "-r",
                            "--no-dereference",
                            "--exclude=.understudy",
                            tree.apply(pair.primary().layout()),
                            arrived)
                    .run(ANSWERS)
                    .successful();
        }
    }

    private static Path script(Path folder, String part) throws IOException {
        try (InputStream script = EveryKindOfObject.class.getResourceAsStream("fixture-" + part + ".sql")) {
            return Folders.write(
                    folder.resolve(part + ".sql"), new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void psql(PostgresServer server, String database, Path script) {
        Program.of(
                        server.tools().resolve("psql"),
                        "-qX",
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-v",
                        "database=" + database,
                        "-h",
                        "127.0.0.1",
                        "-p",
                        server.port(),
                        "-U",
                        "postgres",
                        "-d",
                        database,
                        "-f",
                        script)
                .run(ANSWERS)
                .successful();
    }

    /** Without the lines that are drawn again for each dump; rows in any order. */
    private static String dump(PostgresServer server) {
        String dump = server.tools() + "/pg_dump --create -h 127.0.0.1 -U postgres -p " + server.port() + " site";
        return Program.of("sh", "-c", "set -e; " + dump + " | grep -v -E '^.(un)?restrict ' | LC_ALL=C sort")
                .run(ANSWERS)
                .successful()
                .output();
    }
}
