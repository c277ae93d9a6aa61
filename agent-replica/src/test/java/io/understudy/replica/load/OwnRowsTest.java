package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.ProtectedRows;
import io.understudy.config.RowChanges;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.DatabaseSwap;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.fakes.DyingAt;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.OwnChanges.Kept;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A standby changes rows of what it loaded by its own rules, and the next load begins with what the snapshot has. */
@Timeout(120)
@Tag("slow")
class OwnRowsTest extends IncrementalLoads {
    private static final String USERS = """
            CREATE TABLE users (id int PRIMARY KEY, name text UNIQUE, pass text, len int GENERATED ALWAYS AS (length(name)) STORED);
            INSERT INTO users VALUES (1, 'admin', 'primary'), (2, 'ann', 'a'), (3, 'bob', 'b');
            CREATE TABLE queue (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, job text); INSERT INTO queue (job) VALUES ('mail'), ('bill');
            """;

    private RowChanges changes = RowChanges.NONE;

    @BeforeEach
    void addUsers() {
        server.psql(source, USERS);
    }

    @Override
    DatabaseLoader loader() {
        return new DatabaseLoader(
                new Database(settings), changes, state, new SystemCommandRunner(state), Ticker.system());
    }

    private void afterLoad(String sql) {
        try {
            Path file = Files.writeString(state.resolve("after.sql"), sql);
            changes = new RowChanges(Optional.of(file), Duration.ofSeconds(20), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void protect(String where) {
        changes = new RowChanges(
                Optional.empty(), Duration.ofSeconds(20), List.of(new ProtectedRows("public", "users", where)));
    }

    /** It is kept ready, and was never live. */
    private LoadContext ahead() {
        return new LoadContext() {
            @Override
            public Optional<Manifest> held(SnapshotId snapshot) {
                return Optional.ofNullable(mirror.get(snapshot));
            }

            @Override
            public boolean ahead() {
                return true;
            }

            @Override
            public boolean wasNeverLive(DatabaseIdentity database) {
                return true;
            }
        };
    }

    private String spare(String query) {
        return server.psql(names.spare(), query);
    }

    private void live(DatabaseIdentity database) {
        new DatabaseSwap(new Database(settings), Ticker.system())
                .arrange(new Arrangement(Optional.of(database), Optional.empty(), Optional.empty()));
    }

    @Test
    void theFileRunsInAFullLoadAndInOneByDifferencesWhichBringsItsTablesBackFirst() {
        afterLoad("-- what a copy must not do\nTRUNCATE queue;\nUPDATE users SET pass = pass || '!' WHERE id > 1;");
        LoadedSpare full = load(capture(), blobs);
        assertThat(full.report().own().orElseThrow().tables()).containsExactly("public.queue", "public.users");
        assertThat(spare("SELECT string_agg(pass, ',' ORDER BY id) FROM users")).isEqualTo("primary,a!,b!");
        retire(full.database());
        server.psql(source, CHANGE);

        LoadReport report = load(capture(), blobs).report();

        assertThat(report.full()).isEmpty();
        assertThat(report.drifted()).as("no alert").isEmpty();
        assertThat(report.mismatches()).isEmpty();
        assertThat(report.tables())
                .filteredOn(table -> table.by() == By.FULL)
                .extracting(LoadReport.TableLoad::table)
                .containsExactlyInAnyOrder("public.queue", "public.users");
        assertThat(spare("SELECT string_agg(pass, ',' ORDER BY id) FROM users")).isEqualTo("primary,a!,b!");
        assertThat(spare("SELECT count(*) FROM queue")).isEqualTo("0");

        afterLoad("SELECT 1;");
        retire(load(capture(), blobs).database());
        load(capture(), blobs);
        assertSame();
    }

    /** A load ahead reads no table but those that differ. */
    @Test
    void loadsAheadBringBackWhatTheFileChanged() {
        afterLoad("INSERT INTO queue (job) VALUES ('copied');");
        load(capture(), blobs);
        for (int i = 1; i < 3; i++) {
            server.psql(source, "INSERT INTO u VALUES (" + -i + ", 'new');");
            LoadReport report =
                    loader().load(capture(), blobs, ahead(), Progress.none()).report();
            assertThat(report.full()).as("load " + i).isEmpty();
            assertThat(spare("SELECT string_agg(job, ',' ORDER BY id) FROM queue"))
                    .isEqualTo("mail,bill,copied");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT 1;\\n\\nUPDATE users\\nSET nothing = 1; | line 4: | LOAD_FAILED",
                "SELECT 1;\\nSELECT 1/0; | line 2: | LOAD_FAILED",
                "SELECT 1;\\nCOMMIT; | line 2: it begins or ends a transaction | CONFIG_INVALID",
                "/* a\\n comment */ \\echo; | line 3: it is a command of psql | CONFIG_INVALID",
            })
    void aFailureNamesTheLineAndLeavesTheRows(String sql, String line, ErrorCode code) {
        DatabaseIdentity base = base(capture());
        server.psql(source, CHANGE);
        Manifest manifest = capture();
        afterLoad("DELETE FROM users;\n" + sql.replace("\\n", "\n").replaceFirst("^SELECT 1;\n", ""));
        assertThatThrownBy(() -> load(manifest, blobs)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e)
                    .hasMessageContaining("after.sql (database.after_load)")
                    .hasMessageContaining(line);
        });
        assertThat(spare("SELECT count(*) FROM users")).isEqualTo("3");
        assertThat(loader().holding(manifest.snapshot())).isEmpty();

        afterLoad("SELECT 1;");
        LoadedSpare mended = load(manifest, blobs);
        assertThat(mended.report().full()).as("it goes on by differences").isEmpty();
        assertThat(mended.database()).isEqualTo(base);
        assertSame();
    }

    @Test
    void theFileHasATimeLimit() throws IOException {
        Path file = Files.writeString(state.resolve("slow.sql"), "SELECT 1;\nSELECT pg_sleep(60);");
        changes = new RowChanges(Optional.of(file), Duration.ofSeconds(1), List.of());
        assertThatThrownBy(() -> load(capture(), blobs))
                .hasMessageContaining("slow.sql (database.after_load), line 2: it took longer than 1 s");
    }

    @ParameterizedTest
    @CsvSource({"OWN_ROWS_NOTED", "OWN_ROWS_COMMITTED"})
    void aCrashNeitherRunsItTwiceNorLeavesItOut(ReplicaPoint point) {
        base(capture());
        server.psql(source, CHANGE);
        Manifest manifest = capture();
        afterLoad("UPDATE users SET pass = pass || '!';");
        try (DyingAt died = new DyingAt(point)) {
            assertThatThrownBy(() -> load(manifest, blobs)).isInstanceOf(DyingAt.Died.class);
            assertThat(died.happened()).isTrue();
        }
        load(manifest, blobs);
        assertThat(spare("SELECT string_agg(pass, ',' ORDER BY id) FROM users")).isEqualTo("primary!,a!,b!");
        retire(loader().holding(manifest.snapshot()).orElseThrow());
        afterLoad("SELECT 1;");
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.full()).isEmpty();
        assertThat(report.drifted()).isEmpty();
        assertSame();
    }

    @Test
    void rowsOfThisStandbyStay() {
        DatabaseIdentity live = load(capture(), blobs).database();
        live(live);
        server.psql(
                names.live(), "UPDATE users SET pass = 'standby' WHERE id = 1; UPDATE users SET id = 9 WHERE id = 2;");
        server.psql(source, "UPDATE users SET pass = 'changed'; INSERT INTO users VALUES (4, 'eve', 'e');");
        protect("name IN ('admin', 'ann')");

        LoadedSpare loaded = load(capture(), blobs);

        assertThat(loaded.report().own().orElseThrow())
                .isEqualTo(new OwnChanges(
                        List.of("public.users"), List.of(new Kept("public.users", 2, 1)), List.of(), 0, List.of()));
        assertThat(spare("SELECT string_agg(id || name || pass || len, ',' ORDER BY id) FROM users"))
                .isEqualTo("1adminstandby5,3bobchanged3,4evee3,9anna3");
    }

    @Test
    void rowsOfALoadAheadAreBroughtAgainBeforeItBecomesLive() {
        live(load(capture(), blobs).database());
        protect("name = 'admin'");
        server.psql(source, CHANGE);
        Manifest manifest = capture();
        load(manifest, blobs);
        server.psql(names.live(), "UPDATE users SET pass = 'newer' WHERE id = 1;");

        load(manifest, blobs);

        assertThat(spare("SELECT pass FROM users WHERE id = 1")).isEqualTo("newer");
    }

    @Test
    void aMaintenanceModeThatASnapshotCaughtIsTakenOut() {
        changes = new RowChanges(
                Optional.empty(),
                Duration.ofSeconds(20),
                List.of(),
                Optional.of("DELETE FROM queue WHERE job = 'maintenance'"));
        assertThat(load(capture(), blobs).report().own()).isEmpty();
        server.psql(source, "INSERT INTO queue (job) VALUES ('maintenance')");
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.own().orElseThrow().maintenance()).isEqualTo(1);
        assertThat(spare("SELECT string_agg(job, ',' ORDER BY id) FROM queue")).isEqualTo("mail,bill");
        changes =
                new RowChanges(Optional.empty(), Duration.ofSeconds(20), List.of(), Optional.of("DELETE FROM nothing"));
        Manifest manifest = capture();
        assertThatThrownBy(() -> load(manifest, blobs))
                .hasMessageContaining("cannot end the maintenance mode (maintenance.query): ");
    }

    @Test
    void theFirstImportHasNothingToKeep() {
        protect("name = 'admin'");
        assertThat(load(capture(), blobs).report().own().orElseThrow().unkept()).containsExactly("public.users");
        assertSame();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "u     | a = 1        | the table has no primary key",
                "usres | a = 1        | the snapshot has no such table (did you mean public.users?)",
                "users | nmae = 'x'   | column \"nmae\" does not exist",
            })
    void aRuleThatDoesNotFitIsRefused(String table, String where, String why) {
        live(load(capture(), blobs).database());
        changes = new RowChanges(
                Optional.empty(), Duration.ofSeconds(20), List.of(new ProtectedRows("public", table, where)));
        server.psql(source, CHANGE);
        assertThatThrownBy(() -> load(capture(), blobs)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e)
                    .hasMessageContaining("cannot keep rows of public." + table + " (protect): ")
                    .hasMessageContaining(why);
        });
    }

    /** The function is of the site, the user a superuser. */
    @Test
    void triggersOfTheSiteHaveNoMoreRightsThanTheSite() {
        String role = server.newName("owner");
        server.createRole(role, "NOLOGIN");
        server.psql(
                source,
                "CREATE TABLE seen (super bool); ALTER TABLE seen OWNER TO " + role + "; ALTER TABLE queue OWNER TO "
                        + role + "; GRANT CREATE ON SCHEMA public TO " + role + ";"
                        + "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.seen"
                        + " SELECT rolsuper FROM pg_roles WHERE rolname IN (current_user, session_user); RETURN NEW; END$$;"
                        + "CREATE TRIGGER look BEFORE UPDATE ON queue FOR EACH ROW EXECUTE FUNCTION look();");
        afterLoad("UPDATE queue SET job = 'none';");

        LoadedSpare loaded = load(capture(), blobs);

        assertThat(spare("SELECT DISTINCT super FROM seen")).isEqualTo("f");
        assertThat(loaded.report().own().orElseThrow().tables()).containsExactly("public.queue", "public.seen");
        assertThat(server.psql(
                        "postgres", "SELECT count(*) FROM pg_roles WHERE starts_with(rolname, '" + names.live() + "')"))
                .isEqualTo("0");
    }

    @Test
    void comparingTheLiveDatabasePassesOverWhatTheFileChanged() {
        afterLoad("UPDATE users SET pass = 'x';");
        Manifest manifest = capture();
        DatabaseIdentity live = load(manifest, blobs).database();
        live(live);
        assertThat(loader().ownTables(live)).containsExactly("\"public\".\"users\"");
        assertThat(loader().compareLive(manifest, blobs, Progress.none())).isEmpty();
    }

    /** Who was erased does not come back with a snapshot from before, and the next load begins with what it has. */
    @Test
    void rowsThatWereErasedSinceAreLeftOut() {
        server.psql(
                source,
                "CREATE TABLE login (id int PRIMARY KEY, name text REFERENCES users (name) ON DELETE CASCADE);"
                        + " INSERT INTO login VALUES (1, 'ann'), (2, 'bob')");
        Manifest old = capture();
        LoadedSpare loaded = loadWithout(old, "users", "3");
        assertThat(spare("SELECT string_agg(name, ',' ORDER BY id) FROM users")).isEqualTo("admin,ann");
        assertThat(spare("SELECT string_agg(name, ',') FROM login")).isEqualTo("ann");
        assertThat(loaded.report().text()).contains("rows of public.users left out because they were erased: 1");
        retire(loaded.database());
        load(capture(), blobs);
        assertThat(spare("SELECT string_agg(name, ',' ORDER BY id) FROM users")).isEqualTo("admin,ann,bob");
        assertThat(spare("SELECT count(*) FROM login")).isEqualTo("2");
    }

    /** What is live stays, and the snapshot is not imported with somebody who was erased. */
    @Test
    void aForeignKeyThatRefusesToLoseAnErasedRowFailsTheLoad() {
        server.psql(
                source,
                "CREATE TABLE login (id int PRIMARY KEY, name text REFERENCES users (name));"
                        + " INSERT INTO login VALUES (1, 'ann'), (2, 'bob')");
        Manifest old = capture();
        assertThatThrownBy(() -> loadWithout(old, "users", "3"))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.LOAD_FAILED);
                    assertThat(e.hint()).contains("what is live was not touched");
                })
                .hasMessageContaining("cannot leave out rows of public.users that were erased")
                .hasMessageContaining("login_name_fkey");
        // Where nothing refers to the row, it goes.
        assertThat(loadWithout(old, "login", "2").report().text()).contains("public.login");
    }

    @Test
    void aKeyWithAQuestionMarkIsErasedAsAnyOther() {
        server.psql(
                source, "CREATE TABLE mail (name text PRIMARY KEY); INSERT INTO mail VALUES ('a?b'), ('a??b'), ('c')");
        loadWithout(capture(), "mail", "a?b");
        assertThat(spare("SELECT string_agg(name, ' ' ORDER BY name) FROM mail"))
                .isEqualTo("a??b c");
    }

    /** @param key of the row that was erased since */
    private LoadedSpare loadWithout(Manifest old, String table, String key) {
        Repository repository = Repository.create(
                new InMemoryFilestore(), UUID.randomUUID(), "site", TrustedKeys.of(), Clock.systemUTC());
        ErasureHash hash = Erasures.of(repository).hash();
        ErasedKeys.Collected erased = new ErasedKeys.Collected();
        erased.add(
                hash.table("public", table),
                hash.row("public", table, List.of(key)),
                old.moment().plusSeconds(1));
        return loader().load(
                        old,
                        blobs,
                        new LoadContext() {
                            @Override
                            public Optional<Manifest> held(SnapshotId snapshot) {
                                return Optional.ofNullable(mirror.get(snapshot));
                            }

                            @Override
                            public ErasedKeys erased(Manifest manifest) {
                                return erased.by(hash).at(manifest.moment());
                            }
                        },
                        Progress.none());
    }
}
