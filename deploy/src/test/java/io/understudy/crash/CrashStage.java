package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.progress.Progress;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Keys;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Two servers and the repository between them; what every snapshot held; the checks that hold after every crash. */
final class CrashStage implements AutoCloseable {
    private static final String SITE = "crash";

    private final Path home;
    private final Path filestore;
    private final PostgresServer postgres;
    private final Map<SnapshotId, Version> versions = new LinkedHashMap<>();
    private final List<Path> keys;
    private Host primary;
    private Host standby;
    private int newest;
    private int guests;
    private boolean differences;

    /** What a site is at one moment. */
    private record Version(String rows, List<List<String>> files) {
        static Version of(Host host) {
            return new Version(host.content().rows(), host.content().files());
        }
    }

    private CrashStage(Path home) {
        this.home = home;
        this.filestore = Folders.create(home.resolve("filestore"));
        this.postgres = PostgresServer.start(List.of("wal_level=logical"));
        postgres.createRole(Host.ROLE, "LOGIN CREATEDB REPLICATION PASSWORD '" + Keys.verifier(Host.PASSWORD) + "'");
        this.primary = host("alpha").withKeys();
        this.standby = host("beta").withKeys();
        this.keys = List.of(primary.publicKey(), standby.publicKey());
        primary.install(filestore, keys);
        standby.install(filestore, keys);
    }

    /** A primary with a repository, and a standby that has imported two snapshots of it. */
    static CrashStage set() {
        try {
            Path home = Files.createTempDirectory(
                    "understudy-crash",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            CrashStage stage = new CrashStage(home);
            stage.primary.content().create();
            stage.primary.succeed("primary", "init");
            stage.snapshot();
            stage.standby.succeed("replica", "init", "--yes");
            stage.nextRound();
            stage.nextRound();
            return stage;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Host host(String name) {
        return new Host(home.resolve(name), postgres, name + "_site");
    }

    /** A further server, of which nothing is there but its configuration. */
    Host guest(Path repository) {
        guests++;
        return host("guest" + guests).install(repository, keys);
    }

    Path emptyFilestore() {
        return Folders.create(home.resolve("filestore-" + guests));
    }

    Path filestore() {
        return filestore;
    }

    /** Whether imports may bring up a database by differences: then the schema stays. */
    void mayUseDifferences(boolean may) {
        differences = may;
        postgres.psql(
                "postgres",
                (may ? "GRANT" : "REVOKE") + " SET ON PARAMETER session_replication_role " + (may ? "TO " : "FROM ")
                        + Host.ROLE + ";");
    }

    PostgresServer postgres() {
        return postgres;
    }

    Host primary() {
        return primary;
    }

    Host standby() {
        return standby;
    }

    /** The servers change their roles, after a promotion. */
    void exchangeRoles() {
        Host former = primary;
        primary = standby;
        standby = former;
    }

    /** The primary's site changes, and a snapshot of it is taken. */
    SnapshotId snapshot() {
        change();
        primary.succeed("primary", "snapshot");
        return noteNewest();
    }

    void change() {
        newest++;
        primary.content().become(newest, !differences);
    }

    /** Remembers what the newest snapshot must hold: the primary's site, as it is. */
    SnapshotId noteNewest() {
        SnapshotId id = repository().newest().orElseThrow();
        versions.put(id, Version.of(primary));
        return id;
    }

    /** A snapshot that was committed before its process was killed. */
    void noteCommitted() {
        if (!versions.containsKey(newest())) {
            noteNewest();
        }
    }

    /** All that a daemon committed of the site as it is. */
    void noteAllCommitted() {
        Version now = Version.of(primary);
        repository().list().forEach(id -> versions.putIfAbsent(id, now));
    }

    /** A database with a slot cannot be dropped. */
    void dropSlots() {
        postgres.psql(
                "postgres", "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active;");
    }

    SnapshotId newest() {
        return repository().newest().orElseThrow();
    }

    /** A snapshot is taken, followed and applied, without any crash. */
    void nextRound() {
        SnapshotId id = snapshot();
        standby.succeed("replica", "sync");
        assertStandbyIs(id);
        assertRepositoryWhole();
    }

    /** Where a crash left the standby: its database is one whole snapshot, and its site is no production. */
    void assertStandbyServesOneSnapshot() {
        assertServesOneSnapshot();
        assertThat(standby.marked()).isTrue();
    }

    /**
     * The database of the standby, or of what is being promoted, is one whole snapshot. Two of a switchover may be
     * equal.
     */
    void assertServesOneSnapshot() {
        String rows = standby.content().rows();
        assertThat(versions.values().stream().map(Version::rows))
                .as("rows of the snapshots")
                .contains(rows);
    }

    /** All of the standby is this snapshot, and the standby is in backup mode. */
    void assertStandbyIs(SnapshotId id) {
        assertIs(standby, id);
        assertThat(standby.marked()).isTrue();
        assertThat(standby.mode()).isEqualTo("standby");
        assertThat(readMarker(standby)).contains("snapshot: " + id + "\n");
        List<String> databases = standby.content().databases().stream()
                .filter(name -> !name.contains("_before_understudy"))
                .toList();
        // The next import begins with the retired one.
        assertThat(databases)
                .filteredOn(name -> name.contains("_understudy_retired_"))
                .hasSizeLessThan(2);
        assertThat(databases)
                .filteredOn(name -> !name.contains("_understudy_retired_"))
                .isSubsetOf(standby.content().database(), standby.content().database() + "_understudy_previous");
        assertMirrorHolds(id);
    }

    /** A mirror has no claims and no reports, only snapshots. */
    private void assertMirrorHolds(SnapshotId id) {
        Repository mirror = open(standby.state().resolve("mirror"));
        SnapshotBlobs.forEach(
                mirror.read(id), mirror.blobs(), part -> mirror.blobs().check(part.blob()));
    }

    void assertIs(Host host, SnapshotId id) {
        assertThat(host.content().rows()).isEqualTo(versions.get(id).rows());
        assertThat(host.content().files()).isEqualTo(versions.get(id).files());
    }

    /** Nothing that the newest snapshots refer to is missing or damaged, and none exists but what was committed. */
    void assertRepositoryWhole() {
        Repository repository = repository();
        List<SnapshotId> all = repository.list();
        assertThat(versions.keySet()).containsAll(all);
        Verification verification = new Verification(1);
        all.stream()
                .skip(Math.max(0, all.size() - 4))
                .forEach(id -> verification.verify(repository, id, Progress.none()));
    }

    /** All objects of the repository become older than the grace period. */
    void age() {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(3)));
        try (Stream<Path> all = Files.walk(filestore)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, old);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Repository repository() {
        return open(filestore);
    }

    private Repository open(Path folder) {
        return Repository.open(new DirectoryFilestore(folder), SITE, TrustedKeys.load(keys));
    }

    private static String readMarker(Host host) {
        try {
            return Files.readString(host.marker());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        primary.close();
        standby.close();
        postgres.close();
        Folders.delete(home);
    }
}
