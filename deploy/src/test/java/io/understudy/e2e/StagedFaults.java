package io.understudy.e2e;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What goes wrong on two servers and in the folder between them, and how an operator mends it. */
final class StagedFaults {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final Server primary;
    private final Server standby;
    private final Path store;
    private final Path away;

    StagedFaults(ServerPair pair) {
        this.primary = pair.primary();
        this.standby = pair.standby();
        this.store = pair.home().resolve("filestore");
        this.away = pair.home().resolve("filestore-away");
    }

    void forbidSnapshots(boolean forbidden) {
        primary.database().execute("postgres", "ALTER ROLE site " + (forbidden ? "NOLOGIN" : "LOGIN"));
    }

    void forbidImports(boolean forbidden) {
        standby.database().execute("postgres", "ALTER ROLE site " + (forbidden ? "NOCREATEDB" : "CREATEDB"));
    }

    /** A database that the standby retired, and that cannot be dropped: it is a template. */
    void keepRetiredDatabase() {
        PostgresServer server = standby.database();
        server.execute("postgres", "CREATE DATABASE retired OWNER site");
        String name = retired();
        server.execute(
                "postgres", "ALTER DATABASE retired RENAME TO " + name, "ALTER DATABASE " + name + " IS_TEMPLATE true");
    }

    void releaseRetiredDatabase() {
        standby.database()
                .execute(
                        "postgres",
                        "UPDATE pg_database SET datistemplate = false WHERE datname LIKE 'site_understudy_retired_%'");
    }

    private String retired() {
        return "site_understudy_retired_"
                + standby.database()
                        .query("postgres", "SELECT oid FROM pg_database WHERE datname = 'retired'")
                        .get(0);
    }

    void takeStoreAway() {
        move(store, away);
    }

    void bringStoreBack() {
        move(away, store);
    }

    /** The newest one of these two: the repository is older then. */
    void takeManifestAway(String snapshot) {
        move(manifest(snapshot), store.resolve("away"));
    }

    void bringManifestBack(String snapshot) {
        move(store.resolve("away"), manifest(snapshot));
    }

    /** Anyone who may write into the store can do that. */
    void writeUnsignedManifest(String snapshot) {
        Folders.write(manifest(snapshot), "junk\n");
    }

    void removeManifest(String snapshot) {
        Folders.delete(manifest(snapshot));
    }

    private Path manifest(String snapshot) {
        return store.resolve("manifests/" + snapshot + ".json");
    }

    /** Of a snapshot that the primary took: nothing that it may need can be deleted then. */
    void damageManifest(String snapshot) {
        takeManifestAway(snapshot);
        writeUnsignedManifest(snapshot);
    }

    void mendManifest(String snapshot) {
        removeManifest(snapshot);
        bringManifestBack(snapshot);
    }

    /** The next snapshot begins a pruning. */
    void makePruningDue() {
        Folders.delete(store.resolve("retention.json"));
    }

    void putMarkerOnPrimary() {
        Folders.write(primary.layout().marker(), "by hand\n");
    }

    void removeMarkerFromPrimary() {
        Folders.delete(primary.layout().marker());
    }

    /** The main loop reads a file whose disk does not answer. */
    void stallMainLoop() {
        Program.of("sh", "-c", "rm -f \"$1\" && mkfifo \"$1\"", "sh", stalled())
                .run(LIMIT)
                .successful();
    }

    /** What waits reads an end, and finds no file the next time. */
    void releaseMainLoop() {
        Program.of("sh", "-c", "exec 3<>\"$1\" && rm \"$1\"", "sh", stalled())
                .run(LIMIT)
                .successful();
    }

    private Path stalled() {
        return primary.layout().state().resolve("verified.json");
    }

    /** As an operator may do by mistake on a standby. */
    void dropATable() {
        String table = standby.database()
                .query(
                        "site",
                        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                                + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1")
                .get(0);
        standby.database().execute("site", "DROP TABLE " + table + " CASCADE");
    }

    /** It shows no certificate. */
    void knockAsStranger() {
        Program.of(
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + primary.layout().primaryPort(),
                        "-alpn",
                        "h2")
                .run(LIMIT);
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
