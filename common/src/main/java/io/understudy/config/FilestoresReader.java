package io.understudy.config;

import io.understudy.config.S3Options.Credentials;
import io.understudy.config.S3Options.Endpoint;
import io.understudy.config.S3Options.Keys;
import io.understudy.config.S3Options.Lock;
import io.understudy.config.S3Options.ServerSideEncryption;
import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.time.DailyWindow;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads {@code filestore}, or {@code filestores} of which each has the same keys and a name. */
final class FilestoresReader {
    private final Values top;
    private final RetentionSettings retention;

    /** @param retention the rule of all */
    FilestoresReader(Values top, RetentionSettings retention) {
        this.top = top;
        this.retention = retention;
    }

    FilestoreSettings read() {
        List<NamedFilestore> stores =
                top.each("filestores").stream().map(this::named).toList();
        if (stores.isEmpty()) {
            return filestore(flat(), top.below("retention"));
        }
        if (top.section().child("filestore").isPresent()) {
            flat().fault(Setting.FILESTORE_URL, "and filestores are both set: keep one of them");
        }
        if (stores.stream().allMatch(each -> each.window().isPresent())) {
            top.each("filestores")
                    .get(0)
                    .fault(
                            Setting.FILESTORES_WINDOW,
                            "is set for each filestore: one of them has to take snapshots at all times");
        }
        requireRuleOfAll(stores);
        FilestoreSettings main = stores.get(0).settings();
        CommitRule commit = CommitRule.valueOf(SettingsReader.upper(top.choice(Setting.COMMIT)));
        return stores.size() == 1 ? main : main.with(new SeveralFilestores(commit, stores));
    }

    /** Otherwise what {@code retention} promises would hold nowhere. */
    private void requireRuleOfAll(List<NamedFilestore> stores) {
        if (stores.size() == 1 && stores.get(0).retention().isPresent()) {
            top.each("filestores")
                    .get(0)
                    .fault(Setting.FILESTORES_RETENTION, "is of no use for the only filestore: set retention");
        }
        if (stores.stream()
                .map(NamedFilestore::retention)
                .noneMatch(
                        own -> own.filter(rule -> !rule.keepsAllOf(retention)).isEmpty())) {
            top.each("filestores")
                    .get(0)
                    .fault(
                            Setting.FILESTORES_RETENTION,
                            "and that of each other filestore keep less than retention: one of them has to keep all"
                                    + " that retention promises");
        }
    }

    private Values flat() {
        Values values = top.below("filestore");
        values.section().allowOnly(Setting.keysOf("filestore"));
        return values;
    }

    private NamedFilestore named(Values values) {
        values.section()
                .allowOnly(Stream.concat(Setting.keysOf("filestore").stream(), Setting.keysOf("filestores[]").stream())
                        .toList());
        return new NamedFilestore(
                values.name(Setting.FILESTORES_NAME),
                values.duration(Setting.FILESTORES_HOLD_UP),
                values.parsed(
                        Setting.FILESTORES_WINDOW,
                        values.text(Setting.FILESTORES_WINDOW),
                        "must be a part of the day, such as 22:00-06:00",
                        DailyWindow::parse),
                RetentionReader.has(values, Setting.FILESTORES_RETENTION)
                        ? Optional.of(RetentionReader.read(values.below("retention"), retention))
                                .filter(own -> !own.equals(retention))
                        : Optional.empty(),
                filestore(values, values.below("retention")));
    }

    /** @param rule its own */
    private FilestoreSettings filestore(Values values, Values rule) {
        return new FilestoreSettings(
                values.uri(Setting.FILESTORE_URL, List.of("file", "s3", "sftp")).orElse(URI.create("file:///nowhere")),
                values.duration(Setting.FILESTORE_TIMEOUT),
                new RateLimits(
                        values.size(Setting.FILESTORE_UPLOAD_LIMIT), values.size(Setting.FILESTORE_DOWNLOAD_LIMIT)),
                bucket(values, rule),
                ssh(values.below("ssh")));
    }

    private static SshOptions ssh(Values values) {
        values.section().allowOnly(Setting.keysOf("filestore.ssh"));
        return new SshOptions(
                values.optionalPath(Setting.FILESTORE_SSH_IDENTITY),
                values.secret(Setting.FILESTORE_SSH_PASSPHRASE),
                values.yesNo(Setting.FILESTORE_SSH_AGENT).orElse(false),
                values.secret(Setting.FILESTORE_SSH_PASSWORD),
                values.optionalPath(Setting.FILESTORE_SSH_KNOWN_HOSTS),
                values.optionalText(Setting.FILESTORE_SSH_HOST_KEY));
    }

    private S3Options bucket(Values values, Values rule) {
        Optional<URI> endpoint = values.uri(Setting.FILESTORE_ENDPOINT, List.of("http", "https"));
        return new S3Options(
                new Endpoint(
                        endpoint,
                        values.optionalText(Setting.FILESTORE_REGION),
                        values.yesNo(Setting.FILESTORE_PATH_STYLE).orElse(endpoint.isPresent())),
                new Keys(
                        Credentials.valueOf(SettingsReader.upper(values.choice(Setting.FILESTORE_CREDENTIALS))),
                        values.secret(Setting.FILESTORE_ACCESS_KEY),
                        values.secret(Setting.FILESTORE_SECRET_KEY),
                        values.secret(Setting.FILESTORE_SESSION_TOKEN)),
                ServerSideEncryption.valueOf(
                        SettingsReader.upper(values.choice(Setting.FILESTORE_SERVER_SIDE_ENCRYPTION))),
                values.optionalText(Setting.FILESTORE_KMS_KEY),
                values.optionalText(Setting.FILESTORE_STORAGE_CLASS),
                lock(rule));
    }

    /** Each key as that rule has it, or else that of all. */
    private Optional<Lock> lock(Values rule) {
        Values all = top.below("retention");
        Values mode = RetentionReader.has(rule, Setting.RETENTION_LOCK_MODE) ? rule : all;
        boolean compliance = mode.choice(Setting.RETENTION_LOCK_MODE).equals("compliance");
        Values length = RetentionReader.has(rule, Setting.RETENTION_LOCK) ? rule : all;
        return length.optionalDuration(Setting.RETENTION_LOCK).map(duration -> new Lock(duration, compliance));
    }
}
