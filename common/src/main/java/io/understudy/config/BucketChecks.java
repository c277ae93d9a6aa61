package io.understudy.config;

import io.understudy.config.S3Options.Credentials;
import io.understudy.config.S3Options.Keys;
import io.understudy.config.S3Options.ServerSideEncryption;
import java.util.Set;
import java.util.regex.Pattern;

/** What must hold between the settings of a bucket. */
final class BucketChecks {
    /** Their objects must be restored, for hours, before anything reads them. */
    private static final Set<String> ARCHIVES = Set.of("GLACIER", "DEEP_ARCHIVE");

    /** What can stand in a header of HTTP. */
    private static final Pattern HEADER = Pattern.compile("[!-~]{1,512}");

    private final Values values;

    /** @param values of the section {@code filestore} */
    BucketChecks(Values values) {
        this.values = values;
    }

    void check(S3Options s3) {
        Keys keys = s3.keys();
        boolean access = keys.access().reveal().isPresent();
        boolean secret = keys.secret().reveal().isPresent();
        if (access != secret) {
            values.fault(Setting.FILESTORE_ACCESS_KEY, "and filestore.secret_key go together: set both");
        }
        if ((access || secret || keys.token().reveal().isPresent()) && keys.from() != Credentials.SETTINGS) {
            values.fault(
                    Setting.FILESTORE_CREDENTIALS,
                    "is not settings, but filestore.access_key, secret_key or session_token is set: keep one of them");
        }
        s3.kmsKey()
                .filter(key -> s3.encryption() != ServerSideEncryption.KMS)
                .ifPresent(key -> values.fault(
                        Setting.FILESTORE_KMS_KEY, "is set, but filestore.server_side_encryption is not kms"));
        s3.kmsKey().ifPresent(key -> header(Setting.FILESTORE_KMS_KEY, key));
        s3.storageClass().ifPresent(name -> header(Setting.FILESTORE_STORAGE_CLASS, name));
        s3.storageClass()
                .filter(ARCHIVES::contains)
                .ifPresent(name -> values.fault(
                        Setting.FILESTORE_STORAGE_CLASS,
                        "must be a class whose objects can be read at once, not " + name));
    }

    private void header(Setting setting, String text) {
        if (!HEADER.matcher(text).matches()) {
            values.fault(setting, "must be of printable ASCII characters without spaces");
        }
    }
}
