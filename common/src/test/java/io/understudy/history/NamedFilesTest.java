package io.understudy.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.history.RowNote.NotedFile;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A query of {@code closure} that gives no end of names costs its answer, once its limit is over. */
@Timeout(120)
class NamedFilesTest {
    private static final NotedFile FILE = new NotedFile("media", "a.jpg", "00");
    /** Each might be the file, for a dot is in it. */
    private static final String ENDLESS = "select './' || generate_series(1, 1000000000000)";

    private final PostgresServer server = PostgresServer.shared();
    private final List<String> remarks = new ArrayList<>();
    private final FakeTicker time = new FakeTicker();

    @TempDir
    private Path folder;

    private Session session;

    @BeforeEach
    void open() {
        session = new Database(server.settings(server.createDatabase("named"))).open();
    }

    @AfterEach
    void close() {
        session.close();
    }

    private NamedFiles files(String query, Ticker ticker, int mostRead) throws IOException {
        Path config = folder.resolve("understudy.yaml");
        Files.writeString(config, """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:%2$d/named", user: u, password: "p"}
                trees: [{name: media, kind: files, path: %1$s/media}]
                filestore: {url: "file://%1$s/store"}
                signing: {trusted_keys: []}
                closure: [{tree: media, query: "%3$s", limit: 30s}]
                """.formatted(folder, server.port(), query));
        Settings settings = SettingsFile.load(config);
        return new NamedFiles(settings, session, ticker, mostRead, remarks::add);
    }

    /** A second passes between two looks at the clock. */
    private Ticker passing() {
        return new Ticker() {
            @Override
            public long nanos() {
                time.advance(Duration.ofSeconds(1));
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) {
                throw new IllegalStateException("nothing waits");
            }
        };
    }

    @Test
    void theLimitHoldsForAllThatIsFetched() throws IOException {
        NamedFiles files = files(ENDLESS, passing(), Integer.MAX_VALUE);
        assertThat(files.stillNamed(List.of(FILE))).isEqualTo(Map.of(FILE, "rows may name it"));
        assertThat(remarks)
                .singleElement()
                .asString()
                .contains("which files of tree media the rows name is not known: the query takes longer than 30 s");
        assertThat(time.nanos()).isEqualTo(Duration.ofSeconds(31).toNanos());
        // The session goes on.
        assertThat(session.number("SELECT 1")).isEqualTo(1);
    }

    @Test
    void soManyNamesAreLookedThroughAndNoMore() throws IOException {
        assertThat(files(ENDLESS, time, 5000).stillNamed(List.of(FILE))).containsValue("rows may name it");
        assertThat(remarks).singleElement().asString().contains("the query names more than 5000 files");
    }

    @Test
    void whereTheFileIsNamedTheOthersAreNotLookedThrough() throws IOException {
        NamedFiles files = files("select './x/../a.jpg' union all " + ENDLESS, time, 5000);
        assertThat(files.stillNamed(List.of(FILE))).containsValue("rows name it still");
        assertThat(remarks).isEmpty();
    }

    @Test
    void aPartOfTheNamesIsNotTakenForAllOfThem() throws IOException {
        NamedFiles files = files("select n::text from generate_series(1, 5001) n", time, 5000);
        session.execute("BEGIN");
        files.before();
        files.after();
        session.execute("ROLLBACK");
        assertThat(remarks).singleElement().asString().contains("the query names more than 5000 files");
    }
}
