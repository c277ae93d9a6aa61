package io.understudy.filestore.s3;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Keys;
import java.net.URI;

/**
 * Where in which bucket: {@code s3://bucket/some/prefix}.
 *
 * @param prefix of all keys: empty, or ending with a slash
 */
record Location(String bucket, String prefix) {
    /** @throws UnderstudyException {@code CONFIG_INVALID} */
    static Location parse(URI url) {
        String bucket = url.getRawAuthority();
        String path = url.getRawPath() == null ? "" : url.getRawPath().replaceAll("^/+|/+$", "");
        boolean plain = url.getRawQuery() == null && url.getRawFragment() == null;
        if (!"s3".equals(url.getScheme()) || bucket == null || !bucket.matches("[A-Za-z0-9._-]{3,63}") || !plain) {
            throw invalid("filestore.url is not s3://bucket/prefix");
        }
        if (!path.isEmpty() && !Keys.valid(path)) {
            throw invalid("the prefix of filestore.url has other characters than A-Z a-z 0-9 . _ - and single slashes");
        }
        return new Location(bucket, path.isEmpty() ? "" : path + "/");
    }

    private static UnderstudyException invalid(String why) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot open the filestore: " + why,
                "write filestore.url as s3://backups/example, and keys in filestore.access_key and secret_key");
    }

    /** The name of an object in the bucket. */
    String object(String key) {
        return prefix + key;
    }

    /** The key of an object whose name begins with {@link #prefix}. */
    String key(String object) {
        return object.substring(prefix.length());
    }

    @Override
    public String toString() {
        return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
    }
}
