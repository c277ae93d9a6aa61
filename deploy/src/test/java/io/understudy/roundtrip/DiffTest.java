package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.Terminal;
import io.understudy.config.Settings;
import io.understudy.diff.DiffCommand;
import io.understudy.failure.ErrorCode;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code diff A B} of databases, by its command, on snapshots of a real server. */
@Tag("slow")
@Timeout(120)
class DiffTest {
    private final PostgresServer server = PostgresServer.shared();
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Map<SnapshotId, Manifest> snapshots = new TreeMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path state;

    /** The snapshots of this test. */
    private final class Reader implements SnapshotReader {
        @Override
        public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
            return new SnapshotName.Found(name.id().orElseThrow(), java.util.Optional.empty());
        }

        @Override
        public List<SnapshotId> list() {
            return List.copyOf(snapshots.keySet());
        }

        @Override
        public Opened open(SnapshotId snapshot) {
            return new Opened(snapshots.get(snapshot), blobs);
        }
    }

    private final class Program extends SnapshotProgram {
        Program(Terminal terminal) {
            super(terminal);
        }

        @Override
        public <T> T reading(Settings settings, Function<SnapshotReader, T> work) {
            return work.apply(new Reader());
        }

        @Override
        protected List<Class<?>> commands() {
            return List.of(DiffCommand.class);
        }
    }

    private int run(String... options) throws IOException {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Path config = state.resolve("understudy.yaml");
        Files.writeString(config, """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                trees: [{name: media, kind: files, path: %1$s/media}]
                filestore: {url: "file://%1$s/store"}
                signing: {trusted_keys: []}
                """.formatted(state));
        List<String> all =
                new ArrayList<>(List.of("-c", config.toString(), "diff", "00000001-00000001", "00000001-00000002"));
        all.addAll(List.of(options));
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(out), new PrintWriter(err), false, false);
        return new Program(terminal).execute(all.toArray(String[]::new));
    }

    private void capture(String source, int number) {
        Manifest manifest = Copies.capture(server.settings(source), state, blobs, number);
        snapshots.put(manifest.snapshot(), manifest);
    }

    private String changed() {
        String source = server.createDatabase("diff");
        server.psql(source, """
                CREATE TABLE note (id int PRIMARY KEY, text text);
                CREATE TABLE equal (a int); INSERT INTO equal VALUES (1);
                CREATE TABLE moved (a int); INSERT INTO moved VALUES (1), (2), (3);
                CREATE TABLE dropped (a int); INSERT INTO dropped VALUES (1), (2);
                CREATE TABLE wider (a int); INSERT INTO wider VALUES (7);
                CREATE SEQUENCE s;
                INSERT INTO note SELECT g, repeat(md5(g::text), 4) FROM generate_series(1, 30000) g;
                ALTER DATABASE :"DBNAME" SET my.colour = 'red';
                """);
        capture(source, 1);
        server.psql(source, """
                UPDATE note SET text = E'new\\ttext' WHERE id = 5; DELETE FROM note WHERE id = 9;
                INSERT INTO note VALUES (30001, NULL), (30002, 'x');
                DELETE FROM moved WHERE a = 1; INSERT INTO moved VALUES (1); VACUUM FULL moved;
                DROP TABLE dropped; CREATE TABLE made (a int); INSERT INTO made VALUES (1);
                ALTER TABLE wider ADD b int;
                SELECT nextval('s'), nextval('s');
                ALTER DATABASE :"DBNAME" SET my.colour = 'green';
                """);
        capture(source, 2);
        return source;
    }

    @Tag("always")
    @Test
    void countsRowsThatWentAndCame() throws IOException {
        changed();
        assertThat(run()).as(err::toString).isZero();
        assertThat(out).hasToString("""
                the schema differs
                table public.dropped  -2 +0  (dropped)
                table public.made  -0 +1  (new)
                table public.note  -2 +3
                table public.wider  -1 +1  (columns)
                sequence public.s  1 (not given out yet) -> 2
                setting my.colour  red -> green
                2 tables are equal
                """);
        assertThat(run("--json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("tables").get(2).toString())
                .isEqualTo("{\"table\":\"public.note\",\"change\":\"rows\",\"gone\":2,\"came\":3}");
        assertThat(json.path("sequences").get(0).path("to").asText()).isEqualTo("2");
        assertThat(json.path("equal_tables").asLong()).isEqualTo(2);
    }

    @Test
    void printsTheRowsOfATable() throws IOException {
        changed();
        String five = server.psql("postgres", "SELECT repeat(md5('5'), 4)");
        String nine = server.psql("postgres", "SELECT repeat(md5('9'), 4)");
        assertThat(run("--rows", "note")).as(err::toString).isZero();
        assertThat(out).hasToString("""
                +30001\t\\N
                +30002\tx
                -5\t%s
                +5\tnew\\ttext
                -9\t%s
                """.formatted(five, nine));
        assertThat(run("--rows", "public.note", "--json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("rows").get(0).toString())
                .isEqualTo("{\"change\":\"+\",\"row\":{\"id\":\"30001\",\"text\":null}}");
        assertThat(json.path("rows").get(3).toString())
                .isEqualTo("{\"change\":\"+\",\"row\":{\"id\":\"5\",\"text\":\"new\\ttext\"}}");
        assertThat(run("--rows", "equal")).isZero();
        assertThat(out.toString()).isEmpty();

        assertThat(run("--rows", "public.nota")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("cannot find table public.nota", "did you mean public.note?");
        assertThat(run("--rows", "wider")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("it has other columns");
    }
}
