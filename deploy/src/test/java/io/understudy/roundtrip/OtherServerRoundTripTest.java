package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.postgres.DatabaseNames;
import io.understudy.progress.Progress;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.repository.Manifest;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresBinaries;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.PostgresWithExtension;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From one server to another that differs in what is not the database's: tablespaces, OIDs, a later time. */
@Tag("slow")
@Timeout(180)
class OtherServerRoundTripTest {
    /** An extension's own rows come with the extension; what it marks as the operator's is data. */
    private static final String EXTENSION = """
            CREATE TABLE own_rows (a int);
            INSERT INTO own_rows VALUES (1), (2);
            CREATE TABLE settings (name text PRIMARY KEY, value text, shipped bool NOT NULL DEFAULT false);
            INSERT INTO settings VALUES ('a', 'shipped', true);
            CREATE SEQUENCE numbers;
            SELECT pg_extension_config_dump('settings', 'WHERE NOT shipped');
            SELECT pg_extension_config_dump('numbers', '');
            """;

    @TempDir
    private Path folder;

    @Test
    void carriesAnExtensionsSettingsAndDoesWithoutATablespace() {
        PostgresBinaries binaries = PostgresWithExtension.create(folder, "with_settings", EXTENSION);
        MemoryBlobs blobs = new MemoryBlobs();
        Path state = folder.resolve("state");
        try (PostgresServer source = PostgresServer.start(binaries, List.of("allow_in_place_tablespaces=on"));
                PostgresServer target = PostgresServer.start(binaries, List.of())) {
            source.psql(
                    "postgres", "SET allow_in_place_tablespaces = on; CREATE TABLESPACE \"fast disk\" LOCATION '';");
            source.psql("postgres", "CREATE DATABASE site TEMPLATE template0;");
            source.psql("site", """
                    CREATE SCHEMA e; CREATE EXTENSION with_settings SCHEMA e;
                    INSERT INTO e.settings VALUES ('b', 'the operator''s');
                    UPDATE e.own_rows SET a = 3 WHERE a = 1;
                    SELECT nextval('e.numbers'), nextval('e.numbers');
                    CREATE TABLE t (a int PRIMARY KEY USING INDEX TABLESPACE "fast disk") TABLESPACE "fast disk";
                    INSERT INTO t VALUES (1);
                    """);
            Manifest manifest = Copies.capture(source.settings("site"), state, blobs, 1);
            DatabaseLoader loader = Copies.loader(target.settings("site"), state);
            loader.preflight(manifest);
            loader.load(manifest, blobs, Progress.none());
            String copy = DatabaseNames.of("site").spare();
            assertThat(target.psql(copy, "SELECT name FROM e.settings ORDER BY name"))
                    .isEqualTo("a\nb");
            assertThat(target.psql(copy, "SELECT a FROM e.own_rows ORDER BY a")).isEqualTo("1\n2");
            assertThat(target.psql(copy, "SELECT nextval('e.numbers')")).isEqualTo("3");
            assertThat(target.psql(copy, "SELECT a FROM t")).isEqualTo("1");
        }
    }
}
