package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Pair;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No lock-in: the commands that the documentation prints restore a snapshot without Understudy. */
class RestoreByHandIT extends Scenario {
    @Test
    void theDocumentedCommandsBringBackRowsAndFiles() throws IOException {
        Pair pair = install(false);
        pair.primary().primary("init").successful();
        Path media = pair.primary().layout().media();
        pair.primary().site().addUpload("big", new byte[3_000_000]);
        Folders.write(media.resolve("folder/with space/ä.txt"), "small");
        Folders.create(media.resolve("empty"));
        Files.createSymbolicLink(media.resolve("link"), Path.of("folder"));
        pair.primary()
                .database()
                .execute(
                        "site",
                        "CREATE TABLE \"Odd \"\"name\" (\"a b\" text, g int GENERATED ALWAYS AS (1) STORED)",
                        "INSERT INTO \"Odd \"\"name\" VALUES (E'tab\\tand\\nline\\\\'), (NULL)",
                        "ALTER TABLE \"Odd \"\"name\" OWNER TO site");
        snapshot(pair.primary());
        PostgresServer server = pair.standby().database();
        server.execute("postgres", "CREATE DATABASE restored");
        Path restored = Folders.create(pair.home().resolve("restored"));

        Program.of("sh", "-c", documented(), "sh", "restored", restored)
                .in(pair.home().resolve("filestore"))
                .with(Map.of("PGHOST", "127.0.0.1", "PGPORT", "" + server.port(), "PGUSER", "postgres"))
                .run(FOLLOWS)
                .successful();

        for (String query : new String[] {
            "SELECT n::text FROM notes n",
            "SELECT u::text FROM uploads u ORDER BY id",
            "SELECT o::text FROM \"Odd \"\"name\" o"
        }) {
            assertThat(server.query("restored", query))
                    .isNotEmpty()
                    .isEqualTo(pair.primary().database().query("site", query));
        }
        assertThat(Program.of("diff", "-r", "--no-dereference", media, restored.resolve("media"))
                        .run(ANSWERS)
                        .successful()
                        .output())
                .isEmpty();
        assertThat(restored.resolve("security/session.key"))
                .hasSameBinaryContentAs(pair.primary().layout().secrets().resolve("session.key"));
    }

    private static String documented() throws IOException {
        Matcher block = Pattern.compile("(?s)```sh\\n(.*?)```").matcher(Files.readString(Path.of("docs/format.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }
}
