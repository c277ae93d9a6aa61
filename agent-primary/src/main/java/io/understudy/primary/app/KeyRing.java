package io.understudy.primary.app;

import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of {@code signing}. Read when they are asked for: the signing key at each snapshot, the trusted ones
 * whenever their files changed.
 */
final class KeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

    private final SigningSettings settings;
    private final WarnOnce warnOnce;

    KeyRing(SigningSettings settings, Ticker ticker) {
        this.settings = settings;
        this.warnOnce = new WarnOnce(ticker);
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
        TrustedKeys trusted = TrustedKeys.load(settings.trustedKeys(), this::exists);
        boolean own = settings.privateKey().filter(Files::exists).isPresent();
        return own ? trusted.and(signing().publicKey()) : trusted;
    }

    private boolean exists(Path key) {
        boolean exists = Files.exists(key);
        if (!exists && warnOnce.isDue(key.toString())) {
            LOG.warn("the trusted key {} is not there: its signatures are rejected", key);
        }
        return exists;
    }
}
