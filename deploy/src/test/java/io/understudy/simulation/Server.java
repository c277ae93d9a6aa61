package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.config.HostPort;
import io.understudy.config.S3Options;
import io.understudy.config.ScheduleTiming;
import io.understudy.config.Secret;
import io.understudy.config.Settings;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.config.Settings.PrimarySettings;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.Settings.ReplicaSettings;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.ShutdownSettings;
import io.understudy.config.SshOptions;
import io.understudy.config.StandbyChanges;
import io.understudy.files.TreeKind;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.primary.capture.GenuineSnapshots;
import io.understudy.replica.fakes.FakeDatabaseServer;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.site.Marker;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A server and all of it that outlives its processes: marker, databases, files, state, the mirror's disk. It carries
 * both agents.
 */
final class Server {
    static final String SITE = "site";
    private static final RetentionSettings RETENTION = new RetentionSettings(
            Map.of("hourly", 2, "daily", 1), Duration.ofHours(2), 2, DeletionWatch.GRACE, Duration.ofDays(90), true);

    final String name;
    final WrongClock clock;
    final Path folder;
    final Settings settings;
    final SigningKey key;
    final Marker marker;
    final EpochStore epochs;
    final FakeDatabaseServer databases;
    final ChangeLog log = new ChangeLog();
    final InMemoryFilestore mirror;
    final Site site;
    private final Run run;
    /** How many snapshots its agents committed, or found not to be needed. */
    long taken;
    /** The replica's durable state. */
    private Optional<byte[]> state = Optional.empty();
    /** It, read; null: not yet. */
    private JsonNode record;

    Server(String name, int number, Run run) {
        this.name = name;
        this.run = run;
        this.clock = new WrongClock(run.time.clock());
        clock.putOff(run.trouble.skew());
        this.folder = create(run.folder.resolve(name));
        this.key = run.keys.keys().get(number);
        this.settings = settings(run.keys, number);
        settings.trees().forEach(tree -> create(tree.path()));
        this.marker = new Marker(settings.marker());
        this.epochs = new EpochStore(settings.state());
        this.databases = new FakeDatabaseServer(number);
        this.mirror = new InMemoryFilestore(run.time);
        this.site = new Site(this, run);
    }

    Optional<DatabaseIdentity> live() {
        return databases.named(SITE);
    }

    /** By hand, and so without a word in it. */
    void touchMarker() {
        try {
            Files.writeString(settings.marker(), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run.markers.marker(this, true);
    }

    void removeMarker() {
        marker.remove();
        run.markers.marker(this, true);
    }

    boolean marked() {
        return Files.exists(settings.marker());
    }

    Optional<byte[]> state() {
        return state;
    }

    void state(Optional<byte[]> next) {
        state = next;
        record = null;
    }

    JsonNode record() {
        if (record == null) {
            record = Contents.json(state.orElse("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        return record;
    }

    String kind() {
        return record().at("/state/kind").asText("");
    }

    /** What the record says to be loaded ahead; empty: nothing. */
    Optional<String> ahead() {
        return Optional.of(record().at("/ahead/snapshot").asText("")).filter(id -> !id.isEmpty());
    }

    /** The database that an apply that is under way makes live, by its number. */
    String intended() {
        return record().at("/state/intent/fresh/database/oid").asText("");
    }

    /** The one that it goes back to. */
    String intendedBack() {
        return record().at("/state/intent/old/oid").asText("");
    }

    Optional<String> markerNames() {
        try (Stream<String> lines = Files.lines(settings.marker())) {
            return lines.filter(line -> line.startsWith("snapshot: "))
                    .map(line -> line.substring("snapshot: ".length()))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The site's files by tree and path, without Understudy's own. */
    Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        for (TreeSettings tree : settings.trees()) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(tree.path(), "[!.]*")) {
                for (Path file : all) {
                    files.put(tree.name() + "/" + file.getFileName(), Files.readString(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    /** Rows by table and files by tree and path, of now. */
    Map<String, String> content() {
        Map<String, String> content = files();
        live().ifPresent(database ->
                databases.tables(database).forEach((table, rows) -> content.put("table " + table, rows)));
        return content;
    }

    /** What a site of its own has before the first import. */
    void populate(int number) {
        databases.create(SITE, Optional.empty());
        new Users(this, run).write(number);
    }

    /** The snapshots that this server's own disk knows to be genuine. */
    Set<SnapshotId> genuine() {
        Repository repository = Repository.open(
                run.stores.truth(),
                SITE,
                TrustedKeys.load(settings.signing().trustedKeys()),
                run.time.clock(),
                Optional.of(new UUID(7, 7)));
        return new GenuineSnapshots(settings.state()).of(repository);
    }

    private Settings settings(Keys keys, int number) {
        HostPort nowhere = new HostPort("127.0.0.1", 0);
        return new Settings(
                SITE,
                folder.resolve("state"),
                create(folder.resolve("marker")).resolve("BACKUP"),
                new DatabaseSettings(
                        "127.0.0.1",
                        1,
                        SITE,
                        Map.of(),
                        SITE,
                        Secret.none(),
                        "postgres",
                        Optional.empty(),
                        1,
                        Ownership.PRESERVE,
                        Duration.ofSeconds(1)),
                List.of(
                        new TreeSettings("media", TreeKind.FILES, folder.resolve("media"), List.of()),
                        new TreeSettings("config", TreeKind.CONFIG, folder.resolve("config"), List.of()),
                        new TreeSettings("tls", TreeKind.SECRETS, folder.resolve("tls"), List.of())),
                new FilestoreSettings(
                        URI.create("file:///simulated"),
                        Duration.ofSeconds(5),
                        RateLimits.NONE,
                        S3Options.NONE,
                        SshOptions.NONE,
                        run.stores.configured()),
                new SigningSettings(Optional.of(keys.file(number)), keys.publicFiles()),
                new PrimarySettings(
                        name,
                        Map.of(),
                        ScheduleTiming.DEFAULT,
                        ShutdownSettings.DEFAULT,
                        true,
                        Optional.of(Duration.ofMinutes(10)),
                        nowhere,
                        List.of(),
                        OptionalDouble.empty(),
                        Optional.empty()),
                RETENTION,
                new ReplicaSettings(
                        name,
                        List.of(),
                        Duration.ofHours(3),
                        Optional.empty(),
                        Duration.ofHours(2),
                        true,
                        StandbyChanges.NONE,
                        run.holds.settings()),
                new ServiceSettings(
                        List.of(), List.of(), List.of(), List.of(), Duration.ofSeconds(1), Optional.empty()),
                Optional.empty());
    }

    private static Path create(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
