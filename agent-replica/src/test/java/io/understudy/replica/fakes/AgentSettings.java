package io.understudy.replica.fakes;

import io.understudy.config.DnsSettings;
import io.understudy.config.FailoverSettings;
import io.understudy.config.HoldSettings;
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
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.ShutdownSettings;
import io.understudy.config.SshOptions;
import io.understudy.files.TreeKind;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A standby's settings for tests: every port a free one, a poll so rare that none happens. */
public final class AgentSettings {
    /** By which visitors find the site of {@link #withNames}. */
    public static final String NAME = "www.example.org";

    /** What the name has while the first server is in production. */
    public static final String PRIMARY = "192.0.2.10";

    /** What it has while this one is. */
    public static final String STANDBY = "198.51.100.10";

    private AgentSettings() {}

    /** Of a standby that keeps no database for a rollback. */
    public static Settings withoutPrevious(Path folder) {
        Settings kept = in(folder, List.of());
        ReplicaSettings replica = kept.replica();
        return new Settings(
                kept.site(),
                kept.state(),
                kept.marker(),
                kept.database(),
                kept.trees(),
                kept.filestore(),
                kept.signing(),
                kept.primary(),
                kept.retention(),
                new ReplicaSettings(
                        replica.name(),
                        replica.primaries(),
                        replica.poll(),
                        replica.http(),
                        replica.rpo(),
                        false,
                        replica.changes(),
                        replica.holds()),
                kept.service(),
                kept.tls());
    }

    /** The same of a standby that holds snapshots. */
    public static Settings with(Settings kept, HoldSettings holds) {
        ReplicaSettings replica = kept.replica();
        return new Settings(
                kept.site(),
                kept.state(),
                kept.marker(),
                kept.database(),
                kept.trees(),
                kept.filestore(),
                kept.signing(),
                kept.primary(),
                kept.retention(),
                new ReplicaSettings(
                        replica.name(),
                        replica.primaries(),
                        replica.poll(),
                        replica.http(),
                        replica.rpo(),
                        replica.previous(),
                        replica.changes(),
                        holds),
                kept.service(),
                kept.tls());
    }

    /** The same of a site whose name this server updates in its zone, at this name server. */
    public static Settings withNames(Settings kept, HostPort nameServer) {
        DnsSettings names = new DnsSettings(
                List.of(NAME),
                List.of(nameServer),
                List.of(),
                DnsSettings.End.STANDBY,
                List.of(PRIMARY),
                List.of(STANDBY),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                new DnsSettings.Switching(
                        List.of(),
                        Duration.ofSeconds(10),
                        Optional.of(new DnsSettings.Update(
                                nameServer, "example.org", Optional.empty(), Duration.ofMinutes(1))),
                        Optional.empty()));
        FailoverSettings none = FailoverSettings.NONE;
        return new Settings(
                kept.site(),
                kept.state(),
                kept.marker(),
                kept.database(),
                kept.databases(),
                kept.trees(),
                kept.filestore(),
                kept.signing(),
                kept.primary(),
                kept.retention(),
                kept.replica(),
                kept.service(),
                kept.history(),
                kept.closure(),
                new FailoverSettings(
                        Optional.of(names),
                        none.peer(),
                        none.onFenced(),
                        none.lease(),
                        none.switchoverBy(),
                        none.rehearse(),
                        none.drill()),
                kept.notification(),
                kept.tls(),
                kept.encryption());
    }

    public static Settings in(Path folder, List<HostPort> primaries) {
        return in(folder, primaries, 0);
    }

    public static Settings in(Path folder, List<HostPort> primaries, int port) {
        HostPort any = new HostPort("127.0.0.1", port);
        return new Settings(
                "site",
                folder.resolve("state"),
                folder.resolve("BACKUP"),
                new DatabaseSettings(
                        "127.0.0.1",
                        1,
                        "site",
                        Map.of(),
                        "site",
                        Secret.none(),
                        "postgres",
                        Optional.empty(),
                        2,
                        Ownership.PRESERVE,
                        Duration.ofSeconds(1)),
                List.of(new TreeSettings("media", TreeKind.FILES, folder.resolve("media"), List.of())),
                new FilestoreSettings(
                        URI.create("file://" + folder.resolve("store")),
                        Duration.ofSeconds(5),
                        RateLimits.NONE,
                        S3Options.NONE,
                        SshOptions.NONE),
                new SigningSettings(Optional.empty(), List.of()),
                new PrimarySettings(
                        "standby",
                        Map.of(),
                        ScheduleTiming.DEFAULT,
                        ShutdownSettings.DEFAULT,
                        true,
                        Optional.empty(),
                        any,
                        List.of(),
                        OptionalDouble.empty(),
                        Optional.empty()),
                Settings.RetentionSettings.DEFAULT,
                new ReplicaSettings(
                        "standby", primaries, Duration.ofDays(1), Optional.of(new HostPort("127.0.0.1", 0))),
                new ServiceSettings(
                        List.of(), List.of(), List.of(), List.of(), Duration.ofSeconds(1), Optional.empty()),
                Optional.empty());
    }
}
