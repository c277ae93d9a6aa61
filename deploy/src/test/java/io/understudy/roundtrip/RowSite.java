package io.understudy.roundtrip;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.Terminal;
import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.dump.DatabaseRestore;
import io.understudy.dump.DumpCommand;
import io.understudy.dump.DumpRequest;
import io.understudy.files.TreeKind;
import io.understudy.history.ErasedRows;
import io.understudy.history.HistoryCommand;
import io.understudy.history.RestoreRowCommand;
import io.understudy.history.RevisionKeeper;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.progress.Progress;
import io.understudy.replica.load.DatabaseLoader;
import io.understudy.replica.load.LoadContext;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.Sealing;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.TreeSnapshots;
import io.understudy.time.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A database of the shared server, its snapshots, and the commands that look into the history of rows. */
final class RowSite {
    private final PostgresServer server = PostgresServer.shared();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final RowSnapshots snapshots;
    private final Path state;
    private final String database;
    private String user = PostgresServer.SUPERUSER;
    private String links = "[]";
    private String tables = "[]";
    private String protect = "[]";
    private String closure = "";
    private Optional<Runnable> whenAsked = Optional.empty();
    private String lockTimeout = "60s";
    private int taken;
    private int epoch = 1;

    RowSite(Path state, String schema) {
        this(state, schema, Sealing.NONE);
    }

    /** @param sealing where it is on, the content of snapshots lies encrypted in the filestore */
    RowSite(Path state, String schema, Sealing sealing) {
        this.snapshots = new RowSnapshots(sealing);
        this.state = state;
        this.database = server.createDatabase("rows");
        sql(schema);
    }

    /** Loads it as an import does, next to what is live. @return the name of the database */
    String load(int sequence, String name, boolean withErased) {
        Manifest manifest = snapshots.get(new SnapshotId(1, sequence));
        ErasedKeys erased = withErased ? ErasedKeys.none() : snapshots.erasedBefore(manifest);
        LoadContext context = new LoadContext() {
            @Override
            public Optional<Manifest> held(SnapshotId snapshot) {
                return Optional.empty();
            }

            @Override
            public ErasedKeys erased(Manifest of) {
                return erased;
            }
        };
        DatabaseLoader loader = Copies.loader(server.settings(name), state);
        loader.preflight(manifest);
        loader.load(manifest, snapshots.content(), context, Progress.none());
        return DatabaseNames.of(name).spare();
    }

    /** As {@code restore ID --to database:NAME}. @return what was left out because it was erased */
    List<String> restore(int sequence, String name) {
        return restore(sequence, name, false);
    }

    /** @param withErased as with {@code --include-erased} */
    List<String> restore(int sequence, String name, boolean withErased) {
        Settings settings = SettingsFile.load(config());
        SnapshotReader reader = snapshots.withRepository(snapshots.reader());
        return new DatabaseRestore(
                        new Database(server.settings(database)),
                        Copies.tools(server.settings(database), state),
                        Ticker.system())
                .leavingOut(ErasedRows.known(settings, reader, withErased, each -> {}))
                .restore(
                        reader.open(new SnapshotId(1, sequence)),
                        DumpRequest.ALL,
                        name,
                        Optional.empty(),
                        Progress.none())
                .erased();
    }

    String newName() {
        return server.newName("restored");
    }

    String sqlOf(String name, String script) {
        return server.psql(name, script);
    }

    private final class Program extends SnapshotProgram {
        Program(Terminal terminal) {
            super(terminal);
        }

        @Override
        public <T> T reading(Settings settings, Function<SnapshotReader, T> work) {
            return work.apply(snapshots.ofCommands());
        }

        @Override
        protected List<Class<?>> commands() {
            return List.of(
                    HistoryCommand.class, RestoreRowCommand.class, DumpCommand.class, RestoreDatabaseCommand.class);
        }
    }

    /** There is a person who answers yes. @param work what is done before the answer */
    void whenAsked(Runnable work) {
        whenAsked = Optional.of(work);
    }

    /** With this {@code database.lock_timeout}. */
    void lockTimeout(String time) {
        lockTimeout = time;
    }

    /** With these {@code history.links}. */
    void links(String yaml) {
        links = yaml;
    }

    /** With these {@code history.tables}. */
    void tables(String yaml) {
        tables = yaml;
    }

    /** Of the agents. */
    Settings settings() {
        return SettingsFile.load(config());
    }

    /** With these {@code protect}. */
    void protect(String yaml) {
        protect = yaml;
    }

    /** The database that keeps revisions. */
    String history() {
        return database + "_history";
    }

    String sqlOfHistory(String script) {
        return server.psql(history(), script);
    }

    /** Of the maintenance database. */
    String sqlOfServer(String script) {
        return server.psql("postgres", script);
    }

    /** What the daemon of a standby does every five minutes. */
    void keep(RevisionKeeper.Remarks remarks, Instant now) {
        keep(remarks, now, snapshots.reader());
    }

    /** @param reader of the snapshots */
    void keep(RevisionKeeper.Remarks remarks, Instant now, SnapshotReader reader) {
        new RevisionKeeper(
                        SettingsFile.load(config()),
                        snapshots.withRepository(reader),
                        remarks,
                        snapshots::publish,
                        Clock.fixed(now, ZoneOffset.UTC))
                .run();
    }

    /** The agents log in as this role, which owns the tables. */
    void as(String role) {
        server.createRole(role, "LOGIN PASSWORD 'plain'");
        sql("""
                DO $$ DECLARE each record; BEGIN
                    FOR each IN SELECT oid::regclass AS name FROM pg_class
                        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
                        EXECUTE format('ALTER TABLE %%s OWNER TO %1$s', each.name);
                    END LOOP;
                END $$;
                GRANT ALL ON SCHEMA public TO %1$s;
                """.formatted(role));
        user = role;
    }

    /** What the agents keep. */
    Path stateFolder() {
        return state.resolve("state");
    }

    String sql(String script) {
        return server.psql(database, script);
    }

    /** Snapshots are taken by another server from now on. */
    void promote() {
        epoch++;
    }

    /** The media of the site: the next snapshots have them, and rows name them by this query. */
    Path media(String query) {
        closure = query;
        Path media = state.resolve("media");
        try {
            Files.createDirectories(media);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return media;
    }

    private Manifest withMedia(Manifest plain) {
        try {
            return new Manifest(
                    plain.format(),
                    plain.site(),
                    plain.snapshot(),
                    plain.periods(),
                    plain.moment(),
                    plain.walLsn(),
                    plain.server(),
                    plain.versions(),
                    plain.databases(),
                    List.of(TreeSnapshots.take("media", TreeKind.FILES, state.resolve("media"), snapshots.plain())),
                    plain.totals());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next snapshot. */
    Manifest take() {
        Manifest manifest =
                Copies.capture(server.settings(database), state, snapshots.sink(), new SnapshotId(epoch, ++taken));
        snapshots.add(closure.isEmpty() ? manifest : withMedia(manifest));
        return manifest;
    }

    /** @return the exit code */
    int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        snapshots.countAgain();
        List<String> all = new ArrayList<>(List.of("-c", config().toString()));
        all.addAll(List.of(arguments));
        BufferedReader answers = new BufferedReader(new StringReader("yes\n")) {
            @Override
            public String readLine() throws IOException {
                whenAsked.orElseThrow().run();
                return super.readLine();
            }
        };
        Terminal terminal =
                new Terminal(answers, new PrintWriter(out), new PrintWriter(err), whenAsked.isPresent(), false);
        return new Program(terminal).execute(all.toArray(String[]::new));
    }

    /** A server that keeps no revisions, as the primary. */
    void dropHistory() {
        sqlOfServer("DROP DATABASE " + history());
    }

    private Path config() {
        Path config = state.resolve("understudy.yaml");
        try {
            Files.writeString(config, """
                    site: example
                    state: %1$s/state
                    marker: %1$s/BACKUP
                    database: {url: "jdbc:postgresql://127.0.0.1:%2$d/%3$s", user: %4$s, password: "%5$s", lock_timeout: %9$s}
                    trees: [{name: media, kind: files, path: %1$s/media}]
                    filestore: {url: "file://%1$s/store"}
                    signing: {trusted_keys: []}
                    history: {links: %6$s, tables: %7$s}
                    protect: %10$s
                    %8$s
                    """.formatted(
                            state,
                            server.port(),
                            database,
                            user,
                            user.equals(PostgresServer.SUPERUSER) ? server.password() : "plain",
                            links,
                            tables,
                            closure.isEmpty() ? "" : "closure: [{tree: media, query: \"" + closure + "\", limit: 5m}]",
                            lockTimeout,
                            protect));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return config;
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    /** How many blobs the last command read. */
    int opened() {
        return snapshots.opened();
    }

    RowSnapshots snapshots() {
        return snapshots;
    }
}
