package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.ClosureRule;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.files.TreeKind;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.primary.capture.database.DatabaseCapture;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.ClosureData;
import io.understudy.repository.Manifest;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each snapshot of the schedule says which files the rows name and a tree lacks. */
class ClosureSnapshotTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private final PostgresServer server = PostgresServer.shared();
    private final List<Event> events = new ArrayList<>();

    @TempDir
    private Path folder;

    private PrimaryFixture primary;
    private String database;

    @BeforeEach
    void aSiteWithThreeFiles() throws IOException {
        primary = new PrimaryFixture(folder);
        database = server.createDatabase("closure");
        server.psql(database, "CREATE TABLE medium (path text);");
        Files.createDirectories(primary.media.resolve("2026/x"));
        for (String path : List.of("a.txt", "2026/b.jpg", "2026/x/with space & ä.png")) {
            Files.writeString(primary.media.resolve(path), path);
        }
    }

    private void rows(String... paths) {
        for (String path : paths) {
            server.psql(database, "INSERT INTO medium VALUES (" + path + ");");
        }
    }

    private Manifest take(SnapshotRequest request, ClosureRule... rules) {
        DatabaseCapture capture = new DatabaseCapture(
                new Database(server.settings(database)),
                new PgTools(server.settings(database), new SystemCommandRunner(folder.resolve("commands"))),
                Ticker.system(),
                Optional.empty());
        SnapshotSource source = primary.source(
                capture,
                List.of(PrimaryFixture.media(primary.media)),
                Quiesce.NONE,
                List.of(),
                new ClosureSource(List.of(rules), primary.state));
        return primary.taker(source, new Events(primary.time.clock(), (event, at) -> events.add(event)))
                .take(request, Progress.none())
                .manifest();
    }

    private static SnapshotRequest hourly() {
        return SnapshotRequest.of(List.of("hourly"));
    }

    private static ClosureRule rule(String query) {
        return new ClosureRule("media", query, LIMIT);
    }

    @Test
    void namesWhatIsMissingAndCountsEachOnce() {
        rows("'a.txt'", "'/2026//./b.jpg'", "E'2026/x/with space & \\u00e4.png'", "NULL", "''");
        rows("'gone.txt'", "'gone.txt'", "'2026/../gone.txt'", "'../../etc/passwd'", "'2026'", "E'tab\\tnew\\nline'");

        Manifest taken = take(hourly(), rule("select path from medium -- all of them"));

        ClosureData closure = taken.closure().get(0);
        assertThat(closure.unknown()).isNull();
        assertThat(closure.named()).isEqualTo(9);
        assertThat(closure.missing()).isEqualTo(4);
        assertThat(closure.paths()).containsExactly("gone.txt", "../../etc/passwd", "2026", "tab\tnew\nline");
        assertThat(primary.repository.read(taken.snapshot()).closure()).isEqualTo(taken.closure());
        assertThat(events)
                .filteredOn(PrimaryEvent.FilesMissing.class::isInstance)
                .hasSize(1);
        assertThat(primary.state.resolve("capture")).isDirectoryNotContaining("glob:**.names");
    }

    /** The limit is one of the whole answer, however it comes. */
    @Test
    void aQueryThatGivesNoEndOfNamesCostsItsAnswerAfterItsLimit() {
        String endless = "select generate_series(1, 1000000000000)::text";
        Manifest taken = take(hourly(), new ClosureRule("media", endless, Duration.ofSeconds(1)));
        assertThat(taken.closure().get(0).unknown()).contains("statement timeout");
        assertThat(primary.state.resolve("capture")).isDirectoryNotContaining("glob:**.names");
    }

    @Test
    void aTreeThatHasThemAllIsSaidToHaveThem() {
        rows("'a.txt'");

        ClosureData closure =
                take(hourly(), rule("select path from medium")).closure().get(0);

        assertThat(closure.text()).isEqualTo("tree media: has all 1 files that rows name");
        assertThat(events)
                .filteredOn(PrimaryEvent.FilesMissing.class::isInstance)
                .isEmpty();
    }

    @Test
    void aQueryThatFailsOrTakesTooLongOrWritesCostsItsAnswerAlone() {
        rows("'a.txt'");

        Manifest taken = take(
                hourly(),
                rule("select nothing from nowhere"),
                new ClosureRule("media", "select pg_sleep(20)::text", Duration.ofMillis(100)),
                rule("delete from medium returning path"),
                rule("select path from medium"));

        assertThat(taken.totals().rows()).isEqualTo(1);
        assertThat(taken.closure())
                .extracting(each -> each.unknown() == null)
                .containsExactly(false, false, false, true);
        assertThat(taken.closure().get(0).unknown()).contains("nowhere");
        assertThat(taken.closure().get(1).unknown()).contains("timeout");
        assertThat(events)
                .filteredOn(PrimaryEvent.ClosureUnknown.class::isInstance)
                .hasSize(3);
    }

    @Test
    void partsAloneAndContinuousOnesAreNotAsked() {
        rows("'gone'");
        take(hourly(), rule("select path from medium"));

        assertThat(take(
                                new SnapshotRequest(List.of(), Set.of(), Set.of("files"), null),
                                rule("select path from medium"))
                        .closure())
                .isEmpty();
    }

    /** Both sites are down until it is live on the other server. */
    @Test
    void theFinalSnapshotOfASwitchoverIsNotAsked() {
        ClosureSource source = new ClosureSource(List.of(rule("select path from medium")), primary.state);
        try (ClosureSpool asked = source.begin(hourly());
                ClosureSpool last = source.begin(SnapshotRequest.finalFor("standby"))) {
            assertThat(asked.rules()).hasSize(1);
            assertThat(last.rules()).isEmpty();
        }
    }

    @Test
    void theSecondSnapshotOfAQuietTreeKnowsItToo() {
        rows("'a.txt'", "'gone'");
        take(hourly(), rule("select path from medium"));
        primary.time.advance(Duration.ofHours(1));

        assertThat(take(hourly(), rule("select path from medium"))
                        .closure()
                        .get(0)
                        .missing())
                .isEqualTo(1);
    }

    private List<LiveClosure.Found> look(Optional<Integer> most, ClosureRule... rules) {
        return new LiveClosure(
                        new Database(server.settings(database)),
                        List.of(rules),
                        List.of(new TreeSettings("media", TreeKind.FILES, primary.media, List.of("*.tmp"))),
                        primary.state,
                        java.time.Clock.systemUTC())
                .look(most);
    }

    @Test
    void onRequestBothDirectionsAreComparedNow() throws IOException {
        rows("'a.txt'", "'gone.txt'");
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
        Files.writeString(primary.media.resolve("left.tmp"), "excluded");
        for (String path : List.of("a.txt", "2026/b.jpg", "left.tmp")) {
            Files.setLastModifiedTime(primary.media.resolve(path), old);
        }

        LiveClosure.Found found = look(Optional.of(10), rule("select path from medium"), rule("select 'A.TXT'"))
                .get(0);

        assertThat(found.missing()).extracting(ClosureData::missing).containsExactly(1L, 1L);
        assertThat(found.unreferenced()).as("the third one is young").contains(1L);
        assertThat(found.paths()).containsExactly("2026/b.jpg");
        assertThat(look(Optional.of(0), rule("select path from medium")).get(0).paths())
                .isEmpty();
        assertThat(look(Optional.empty(), rule("select path from medium"))
                        .get(0)
                        .unreferenced())
                .isEmpty();
        assertThat(primary.state.resolve("capture")).isDirectoryNotContaining("glob:**.names");
    }

    @Test
    void whereAQueryFailsNoFileIsCalledUnnamed() {
        LiveClosure.Found found = look(Optional.of(10), rule("select path from medium"), rule("select nothing"))
                .get(0);

        assertThat(found.missing().get(1).unknown()).contains("nothing");
        assertThat(found.unreferenced()).isEmpty();
    }

    /** A query may run what the owner of a table wrote. It sees all rows, and has no rights that are worth taking. */
    @Test
    void aSuperuserIsRepresentedByARoleThatReadsAndNoMore() {
        rows("'gone.txt'");
        server.psql(database, """
                CREATE ROLE %1$s_owner;
                CREATE SCHEMA hidden AUTHORIZATION %1$s_owner;
                SET ROLE %1$s_owner;
                CREATE TABLE hidden.medium (path text);
                INSERT INTO hidden.medium VALUES ('of a policy');
                ALTER TABLE hidden.medium ENABLE ROW LEVEL SECURITY;
                ALTER TABLE hidden.medium FORCE ROW LEVEL SECURITY;
                RESET ROLE;
                CREATE FUNCTION public.thumbnail(text) RETURNS text LANGUAGE plpgsql AS $$
                BEGIN
                    BEGIN RESET ROLE; RESET SESSION AUTHORIZATION; EXCEPTION WHEN OTHERS THEN NULL; END;
                    RETURN $1 || ' ' || current_setting('is_superuser') || ' '
                        || (SELECT count(*) FROM pg_roles WHERE rolname = session_user AND rolsuper);
                END $$;
                """.formatted(database));
        ClosureRule rule = rule("select thumbnail(path) from medium union select thumbnail(path) from hidden.medium");

        assertThat(take(hourly(), rule).closure().get(0).paths())
                .containsExactlyInAnyOrder("gone.txt off 0", "of a policy off 0");
        assertThat(look(Optional.empty(), rule).get(0).missing().get(0).paths())
                .containsExactlyInAnyOrder("gone.txt off 0", "of a policy off 0");
        assertThat(server.psql(database, "SELECT count(*) FROM pg_roles WHERE rolname LIKE '%understudy\\_closure%'")
                        .strip())
                .isEqualTo("0");
    }

    @Test
    void withoutAQueryItSaysWhatToConfigure() {
        assertThatThrownBy(() -> look(Optional.empty()))
                .hasMessage("cannot compare rows with files: no query is configured");
    }
}
