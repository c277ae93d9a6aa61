package io.understudy.filestore.s3;

import io.minio.credentials.Credentials;
import io.understudy.config.S3Options.Keys;
import io.understudy.config.Secret;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * The keys of the configuration; read again when the store refuses them. Files that are replaced one after the
 * other can yield a new access key with an old secret for a moment: the next request reads them again. Thread-safe.
 */
final class ConfiguredKeys implements S3Keys {
    private final Secret access;
    private final Secret secret;
    private final Secret token;

    private ConfiguredKeys(Secret access, Secret secret, Secret token) {
        this.access = access;
        this.secret = secret;
        this.token = token;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when there are none */
    static ConfiguredKeys of(Keys keys) {
        if (isBlank(keys.access()) || isBlank(keys.secret())) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot open the filestore: filestore.access_key or filestore.secret_key is missing",
                    "set both, in a file (access_key_file) or from the environment (${S3_ACCESS_KEY}); or say with filestore.credentials"
                            + " where the keys come from");
        }
        return new ConfiguredKeys(keys.access(), keys.secret(), keys.token());
    }

    private static boolean isBlank(Secret secret) {
        return secret.reveal().orElse("").isBlank();
    }

    @Override
    public synchronized Credentials fetch() {
        return new Credentials(
                access.reveal().orElse(""),
                secret.reveal().orElse(""),
                token.reveal().orElse(null),
                null);
    }

    @Override
    public synchronized boolean differFrom(Credentials refused) {
        boolean other = access.differsFrom(Optional.of(refused.accessKey()));
        other |= secret.differsFrom(Optional.of(refused.secretKey()));
        other |= token.differsFrom(Optional.ofNullable(refused.sessionToken()));
        return other;
    }

    @Override
    public String hint() {
        return "filestore.access_key and secret_key";
    }

    @Override
    public String source() {
        return "the configuration";
    }
}
