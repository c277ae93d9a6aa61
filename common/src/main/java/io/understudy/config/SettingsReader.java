package io.understudy.config;

import io.understudy.age.Recipient;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.HealthSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.config.Settings.PrimarySettings;
import io.understudy.config.Settings.ReplicaSettings;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.config.Settings.TreeSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Assembles the settings section by section. */
final class SettingsReader {
    private final Values top;

    SettingsReader(Values top) {
        this.top = top;
    }

    Settings read() {
        top.section().allowOnly(Setting.keysOf(""));
        String site = top.name(Setting.SITE);
        RetentionSettings retention = RetentionReader.read(top.below("retention"), RetentionSettings.DEFAULT);
        DatabaseSettings database = database();
        List<TreeSettings> trees =
                top.each("trees").stream().map(SettingsReader::tree).toList();
        Settings settings = new Settings(
                site,
                top.path(Setting.STATE),
                top.path(Setting.MARKER),
                database,
                new OtherDatabasesReader(top, database.name()).read(),
                trees,
                new FilestoresReader(top, retention).read(),
                signing(section("signing")),
                primary(section("primary")),
                retention,
                replica(section("replica"), site, trees, database),
                service(section("service"), trees),
                HistoryReader.read(top),
                ClosureReader.read(top, trees),
                new FailoverReader(top, trees).read(),
                new NotifyReader(top).read(),
                tls(section("tls")),
                encryption(section("encryption")));
        if (!database.isThere()) {
            PostgresqlOnly.refuse(top);
        }
        new SettingsChecks(top).check(settings);
        return settings;
    }

    private Values section(String key) {
        Values values = top.below(key);
        values.section().allowOnly(Setting.keysOf(key));
        return values;
    }

    /** A site that has other databases may do without PostgreSQL. */
    private DatabaseSettings database() {
        boolean others = top.section().child("databases").isPresent();
        return others && top.section().child("database").isEmpty()
                ? OtherDatabasesReader.NO_POSTGRESQL
                : database(section("database"));
    }

    private static DatabaseSettings database(Values values) {
        String url = values.text(Setting.DATABASE_URL);
        JdbcUrl parts = values.parsed(
                        Setting.DATABASE_URL, url, "must be jdbc:postgresql://host:port/database", JdbcUrl::parse)
                .orElse(new JdbcUrl("localhost", 5432, "site", Map.of()));
        return new DatabaseSettings(
                parts.host(),
                parts.port(),
                parts.database(),
                parts.parameters(),
                values.text(Setting.DATABASE_USER),
                values.secret(Setting.DATABASE_PASSWORD),
                values.text(Setting.DATABASE_MAINTENANCE),
                values.optionalPath(Setting.DATABASE_TOOLS),
                values.integer(Setting.DATABASE_CONNECTIONS),
                Ownership.valueOf(upper(values.choice(Setting.DATABASE_OWNERSHIP))),
                values.duration(Setting.DATABASE_LOCK_TIMEOUT));
    }

    private static TreeSettings tree(Values values) {
        values.section().allowOnly(Setting.keysOf("trees[]"));
        TreeSourceReader source = new TreeSourceReader(values);
        return new TreeSettings(
                values.name(Setting.TREE_NAME),
                source.kind(),
                values.path(Setting.TREE_PATH),
                values.list(Setting.TREE_EXCLUDE),
                values.yesNo(Setting.TREE_MAY_BE_EMPTY).orElse(false),
                values.choice(Setting.TREE_SETUID).equals("keep"),
                values.choice(Setting.TREE_LINKS).equals("any"),
                values.choice(Setting.TREE_APPLY).equals("always"),
                source.read());
    }

    static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    private static SigningSettings signing(Values values) {
        return new SigningSettings(
                values.optionalPath(Setting.SIGNING_PRIVATE_KEY), values.paths(Setting.SIGNING_TRUSTED_KEYS));
    }

    private static PrimarySettings primary(Values values) {
        return new PrimarySettings(
                values.hostNamed(Setting.PRIMARY_NAME),
                values.map(Setting.PRIMARY_SCHEDULE),
                ScheduleTiming.read(values),
                ShutdownSettings.read(values.below("shutdown")),
                values.choice(Setting.PRIMARY_TRACKING).equals("auto"),
                values.optionalDuration(Setting.PRIMARY_CONTINUOUS),
                values.hostPort(Setting.PRIMARY_LISTEN),
                values.list(Setting.PRIMARY_REPLICAS),
                values.decimal(Setting.PRIMARY_PROCESSORS),
                values.listen(Setting.PRIMARY_HTTP));
    }

    private ReplicaSettings replica(Values values, String site, List<TreeSettings> trees, DatabaseSettings database) {
        String name = values.hostNamed(Setting.REPLICA_NAME);
        HostVariables variables = new HostVariables(site, name, database);
        return new ReplicaSettings(
                name,
                values.hostPorts(Setting.REPLICA_PRIMARIES),
                values.duration(Setting.REPLICA_POLL),
                values.listen(Setting.REPLICA_HTTP),
                values.duration(Setting.REPLICA_RPO),
                values.yesNo(Setting.REPLICA_PREVIOUS).orElse(true),
                standby(trees, variables),
                HoldsReader.read(top));
    }

    private StandbyChanges standby(List<TreeSettings> trees, HostVariables variables) {
        Values database = top.below("database");
        MaintenanceReader maintenance = new MaintenanceReader(top, trees);
        RowChanges rows = new RowChanges(
                database.optionalPath(Setting.DATABASE_AFTER_LOAD),
                database.duration(Setting.DATABASE_AFTER_LOAD_LIMIT),
                ProtectReader.read(top),
                maintenance.query());
        return new StandbyChanges(new RewriteReader(top, trees, variables).read(), rows, maintenance.file());
    }

    private ServiceSettings service(Values values, List<TreeSettings> trees) {
        return new ServiceSettings(
                values.list(Setting.SERVICE_STOP),
                values.list(Setting.SERVICE_START),
                values.list(Setting.SERVICE_RESTART),
                values.list(Setting.SERVICE_ENVIRONMENT),
                values.duration(Setting.SERVICE_LIMIT),
                values.section().child("health").map(node -> health(values.below("health"))),
                new QuiesceReader(top, trees).read());
    }

    private static HealthSettings health(Values values) {
        return HealthReader.read(
                values,
                "service.health",
                Setting.SERVICE_HEALTH_HTTP,
                Setting.SERVICE_HEALTH_COMMAND,
                Setting.SERVICE_HEALTH_WITHIN);
    }

    private Optional<EncryptionSettings> encryption(Values values) {
        if (top.section().child("encryption").isEmpty()) {
            return Optional.empty();
        }
        EncryptionSettings encryption = new EncryptionSettings(
                values.list(Setting.ENCRYPTION_RECIPIENTS).stream()
                        .flatMap(text -> recipient(values, text).stream())
                        .distinct()
                        .toList(),
                values.optionalPath(Setting.ENCRYPTION_IDENTITY));
        if (values.list(Setting.ENCRYPTION_RECIPIENTS).isEmpty()
                && encryption.identity().isEmpty()) {
            values.fault(Setting.ENCRYPTION_RECIPIENTS, "or encryption.identity must be set");
        }
        return Optional.of(encryption);
    }

    private static Optional<Recipient> recipient(Values values, String text) {
        try {
            return Optional.of(Recipient.parse(text));
        } catch (IllegalArgumentException e) {
            // Not quoted: it may be the private half.
            values.fault(Setting.ENCRYPTION_RECIPIENTS, "holds what is no recipient: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<TlsSettings> tls(Values values) {
        if (top.section().child("tls").isEmpty()) {
            return Optional.empty();
        }
        for (Setting part : List.of(Setting.TLS_CERTIFICATE, Setting.TLS_KEY, Setting.TLS_CA)) {
            if (values.optionalText(part).isEmpty()) {
                values.fault(part, "is missing: tls needs certificate, key and ca");
            }
        }
        return Optional.of(new TlsSettings(
                values.path(Setting.TLS_CERTIFICATE), values.path(Setting.TLS_KEY), values.path(Setting.TLS_CA)));
    }
}
