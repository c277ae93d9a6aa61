package io.understudy.bucket;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TreeSource;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the objects of a bucket's tree are on this server. Its folder holds that as small text files, which an import
 * puts there as any other tree's: so it is applied, undone and rolled back with the rest. A server that imported
 * nothing has none: there the first configured bucket is the one.
 *
 * <pre>
 * url       s3://standby-assets/b
 * bucket    standby-assets
 * prefix    b/
 * endpoint  https://s3.example.net
 * </pre>
 */
public final class LivePlace {
    /** Name of the file that holds its address. */
    public static final String URL = "url";

    private LivePlace() {}

    /** Which of the two configured buckets is live, or the first where nothing says it. */
    public static FilestoreSettings of(TreeSettings tree) {
        return written(tree).orElseGet(() -> bucket(tree).first());
    }

    /**
     * Which one an import left live.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID} where it is not configured any more
     */
    public static Optional<FilestoreSettings> written(TreeSettings tree) {
        return url(tree.path()).map(text -> {
            TreeSource.Bucket bucket = bucket(tree);
            if (bucket.first().url().toString().equals(text)) {
                return bucket.first();
            }
            return bucket.second()
                    .filter(second -> second.url().toString().equals(text))
                    .orElseThrow(() -> new UnderstudyException(
                            ErrorCode.CONFIG_INVALID,
                            "cannot use tree " + tree.name() + ": its objects are in " + text
                                    + ", which is neither url nor second of its bucket in the configuration",
                            "configure it as one of the two; or, when the objects are elsewhere now, delete "
                                    + tree.path().resolve(URL)));
        });
    }

    /** Address of the place that an import left live. @param folder of the tree */
    public static Optional<String> url(Path folder) {
        return read(folder.resolve(URL));
    }

    /** The one of the two that is not live. @throws UnderstudyException {@code CONFIG_INVALID} where there is none */
    public static FilestoreSettings other(TreeSettings tree) {
        TreeSource.Bucket bucket = bucket(tree);
        FilestoreSettings second = bucket.second()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot stage tree " + tree.name() + ": trees[].bucket.second is not set on this standby",
                        "set it to another bucket or prefix: an import writes to the one that the site does not use"));
        return written(tree).filter(live -> live.url().equals(second.url())).isPresent() ? bucket.first() : second;
    }

    /** The texts of the files, by their names in order. */
    public static Map<String, String> files(FilestoreSettings place) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("bucket", name(place.url()));
        files.put("endpoint", place.s3().endpoint().url().map(URI::toString).orElse(""));
        files.put("prefix", prefix(place.url()));
        files.put(URL, place.url().toString());
        return files;
    }

    private static String name(URI url) {
        return url.getRawAuthority();
    }

    private static String prefix(URI url) {
        String path = url.getRawPath().replaceAll("^/+|/+$", "");
        return path.isEmpty() ? "" : path + "/";
    }

    private static TreeSource.Bucket bucket(TreeSettings tree) {
        return tree.bucket().orElseThrow(() -> new IllegalArgumentException("no tree of a bucket: " + tree.name()));
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }
}
