package io.understudy.primary.app;

import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The keys of {@code signing}. Read when they are asked for: the signing key at each snapshot, the trusted ones
 * whenever their files changed.
 */
final class KeyRing {
    private final SigningSettings settings;
    private TrustedKeys trusted;

    KeyRing(SigningSettings settings) {
        this.settings = settings;
    }

    /** @throws UnderstudyException {@code KEY_MISSING} when none is configured */
    Path signingFile() {
        return settings.privateKey()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.KEY_MISSING,
                        "cannot sign: signing.private_key is not set",
                        "set signing.private_key; agent-primary init creates the key there"));
    }

    /** @throws UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID} */
    SigningKey signing() {
        return SigningKey.load(signingFile());
    }

    /**
     * The trusted keys, and this server's own. A peer's key that is not there yet must not keep the primary from taking
     * snapshots.
     *
     * @throws UnderstudyException {@code KEY_INVALID}
     */
    TrustedKeys trusted() {
        boolean own = settings.privateKey().filter(Files::exists).isPresent();
        return own ? ofFiles().and(signing().publicKey()) : ofFiles();
    }

    /** Read once: from then on it follows its files, and warns once of each that is not there. */
    private synchronized TrustedKeys ofFiles() {
        if (trusted == null) {
            trusted = TrustedKeys.loadPresent(settings.trustedKeys());
        }
        return trusted;
    }
}
