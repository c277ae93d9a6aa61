package io.understudy.filestore;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.filestore.s3.Bucket;
import io.understudy.filestore.s3.S3Filestore;
import io.understudy.filestore.s3.S3SiteBucket;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.filestore.sftp.SftpFilestore;
import io.understudy.time.Ticker;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.function.Function;

/** Opens filestores by their URL. */
public final class Filestores {
    private static final String HINT = "write it as file:///folder, s3://bucket/prefix or sftp://user@host:port/folder";

    private Filestores() {}

    /** {@link #open(FilestoreSettings, Events, Ticker)} without events. */
    public static Filestore open(FilestoreSettings settings) {
        return open(settings, Events.none(), Ticker.system());
    }

    /**
     * The filestore that the settings name, or all of them as one, with retries and metering. Connects to nothing yet:
     * a store that is down or
     * denies fails at its first use.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} when the settings name none
     */
    public static Filestore open(FilestoreSettings settings, Events events, Ticker ticker) {
        return open(settings, each -> events, ticker);
    }

    /**
     * As {@link #open(FilestoreSettings, Events, Ticker)}, where each of several has events of its own.
     *
     * @param events asked with the settings of each filestore
     */
    public static Filestore open(
            FilestoreSettings settings, Function<FilestoreSettings, Events> events, Ticker ticker) {
        return settings.several()
                .<Filestore>map(several -> SeveralFilestores.of(
                        several.stores().stream()
                                .map(each -> new SeveralFilestores.Opened(
                                        each, one(each.settings(), events.apply(each.settings()), ticker)))
                                .toList(),
                        several.commit(),
                        ticker,
                        Clock.systemDefaultZone()))
                .orElseGet(() -> one(settings, events.apply(settings), ticker));
    }

    private static Filestore one(FilestoreSettings settings, Events events, Ticker ticker) {
        Filestore paced = ThrottledFilestore.of(adapter(settings, ticker), settings.limits(), ticker);
        Filestore retrying = new RetryingFilestore(paced, RetryPolicy.standard(), ticker, new Random());
        return new MeteredFilestore(retrying, events, ticker);
    }

    /**
     * A bucket of the site, with retries. Connects to nothing yet.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} when the settings name none
     */
    public static SiteBucket bucket(FilestoreSettings settings) {
        return new RetryingSiteBucket(
                new S3SiteBucket(settings), RetryPolicy.standard(), Ticker.system(), new Random());
    }

    /**
     * Creates the bucket that the settings name, or all buckets among several filestores.
     *
     * @return false when it is there already
     * @throws UnderstudyException {@code CONFIG_INVALID} when they name none, and what the store answers
     */
    public static boolean createBucket(FilestoreSettings settings) {
        return settings.several()
                .map(several -> several.stores().stream()
                        .map(NamedFilestore::settings)
                        .filter(each -> "s3".equals(each.url().getScheme()))
                        .map(Filestores::createOne)
                        .reduce(Boolean::logicalOr)
                        .orElseGet(() -> createOne(settings)))
                .orElseGet(() -> createOne(settings));
    }

    private static boolean createOne(FilestoreSettings settings) {
        if (!"s3".equals(settings.url().getScheme())) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot create a bucket: filestore.url does not begin with s3:",
                    "leave --create-bucket away, or set filestore.url to s3://bucket/prefix");
        }
        return Bucket.create(settings);
    }

    private static Filestore adapter(FilestoreSettings settings, Ticker ticker) {
        String scheme = String.valueOf(settings.url().getScheme());
        return switch (scheme) {
            case "file" -> new DirectoryFilestore(folder(settings.url()));
            case "s3" -> new S3Filestore(settings, ticker);
            case "sftp" -> new SftpFilestore(settings, ticker);
            default -> throw invalid("filestore.url begins with none of file:, s3: and sftp:", HINT);
        };
    }

    private static Path folder(URI url) {
        boolean local = url.getRawAuthority() == null || url.getRawAuthority().equals("localhost");
        boolean plain = url.getRawQuery() == null && url.getRawFragment() == null;
        if (url.getPath() == null || !url.getPath().startsWith("/") || !local || !plain) {
            throw invalid("filestore.url does not name a folder of this server", HINT);
        }
        try {
            return Path.of(url.getPath());
        } catch (InvalidPathException e) {
            throw invalid(
                    "the folder of filestore.url has characters that this environment cannot carry",
                    "start the agent by its own script, or with LC_ALL=C.UTF-8 in its environment");
        }
    }

    private static UnderstudyException invalid(String why, String hint) {
        return new UnderstudyException(ErrorCode.CONFIG_INVALID, "cannot open the filestore: " + why, hint);
    }
}
