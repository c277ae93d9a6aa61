package io.understudy.config;

import io.understudy.config.S3Options.Credentials;
import io.understudy.config.S3Options.Endpoint;
import io.understudy.config.S3Options.Keys;
import io.understudy.config.S3Options.ServerSideEncryption;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.RateLimits;
import io.understudy.files.TreeKind;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads where a tree's content comes from. */
final class TreeSourceReader {
    private static final Pattern PLACE = Pattern.compile("s3://[A-Za-z0-9._-]{3,63}(?:/[A-Za-z0-9._-]+)*+/?");

    private final Values tree;
    private final TreeKind written;
    private final boolean recorded;

    /** @param tree one item of {@code trees} */
    TreeSourceReader(Values tree) {
        this.tree = tree;
        this.written = TreeKind.valueOf(SettingsReader.upper(tree.choice(Setting.TREE_KIND)));
        this.recorded = tree.choice(Setting.TREE_POLICY).equals("record");
    }

    TreeKind kind() {
        return written == TreeKind.BUCKET && recorded ? TreeKind.INVENTORY : written;
    }

    Optional<TreeSource> read() {
        boolean given = tree.section().child("bucket").isPresent();
        if (written == TreeKind.BUCKET) {
            return Optional.of(bucket(tree.below("bucket")));
        }
        if (written == TreeKind.GIT) {
            Values git = tree.below("git");
            git.section().allowOnly(Setting.keysOf("trees[].git"));
            return Optional.of(new TreeSource.Git(
                    git.choice(Setting.TREE_GIT_STORE).equals("differences"),
                    git.yesNo(Setting.TREE_GIT_IGNORED).orElse(false)));
        }
        if (tree.section().child("git").isPresent()) {
            tree.fault(Setting.TREE_KIND, "is not git, but git is set, which only such a tree has");
        }
        if (given || recorded) {
            tree.fault(Setting.TREE_KIND, "is not bucket, but policy or bucket is set, which only such a tree has");
        }
        return Optional.empty();
    }

    private TreeSource bucket(Values values) {
        values.section().allowOnly(Setting.keysOf("trees[].bucket"));
        Optional<URI> first = place(values, Setting.TREE_BUCKET_URL);
        if (values.optionalText(Setting.TREE_BUCKET_URL).isEmpty()) {
            values.fault(Setting.TREE_BUCKET_URL, "is missing: a tree of kind bucket needs it");
        }
        Optional<URI> second = place(values, Setting.TREE_BUCKET_SECOND);
        if (first.isPresent() && second.isPresent() && overlap(first.get(), second.get())) {
            values.fault(
                    Setting.TREE_BUCKET_SECOND,
                    "and url are the same place, or one lies in the other: an import writes into the one that the site"
                            + " does not use");
        }
        S3Options options = options(values);
        return new TreeSource.Bucket(
                settings(values, first.orElse(URI.create("s3://nowhere")), options),
                second.map(place -> settings(values, place, options)));
    }

    private static Optional<URI> place(Values values, Setting setting) {
        return values.uri(setting, List.of("s3")).filter(url -> {
            boolean fits = PLACE.matcher(url.toString()).matches();
            if (!fits) {
                values.fault(setting, "must be s3://bucket or s3://bucket/prefix, of A-Z a-z 0-9 . _ -");
            }
            return fits;
        });
    }

    private static boolean overlap(URI one, URI other) {
        String first = one.toString().replaceAll("/*$", "/");
        String second = other.toString().replaceAll("/*$", "/");
        return first.startsWith(second) || second.startsWith(first);
    }

    private static FilestoreSettings settings(Values values, URI url, S3Options options) {
        return new FilestoreSettings(
                url, values.duration(Setting.TREE_BUCKET_TIMEOUT), RateLimits.NONE, options, SshOptions.NONE);
    }

    private static S3Options options(Values values) {
        Optional<URI> endpoint = values.uri(Setting.TREE_BUCKET_ENDPOINT, List.of("http", "https"));
        Keys keys = new Keys(
                Credentials.valueOf(SettingsReader.upper(values.choice(Setting.TREE_BUCKET_CREDENTIALS))),
                values.secret(Setting.TREE_BUCKET_ACCESS_KEY),
                values.secret(Setting.TREE_BUCKET_SECRET_KEY),
                values.secret(Setting.TREE_BUCKET_SESSION_TOKEN));
        boolean access = keys.access().reveal().isPresent();
        if (access != keys.secret().reveal().isPresent()) {
            values.fault(Setting.TREE_BUCKET_ACCESS_KEY, "and secret_key go together: set both");
        }
        if (access && keys.from() != Credentials.SETTINGS) {
            values.fault(Setting.TREE_BUCKET_CREDENTIALS, "is not settings, but access_key is set: keep one of them");
        }
        return new S3Options(
                new Endpoint(
                        endpoint,
                        values.optionalText(Setting.TREE_BUCKET_REGION),
                        values.yesNo(Setting.TREE_BUCKET_PATH_STYLE).orElse(endpoint.isPresent())),
                keys,
                ServerSideEncryption.DEFAULT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
