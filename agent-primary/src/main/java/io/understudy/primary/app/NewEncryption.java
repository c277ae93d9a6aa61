package io.understudy.primary.app;

import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.config.EncryptionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.HeldKeys;
import io.understudy.repository.KeyObject;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What {@code agent-primary init --encrypt} makes: the repository's key, encrypted to two recipients at least. Where
 * the configuration names only one it makes a recovery key too; nothing keeps that but the sheet, which is handed out
 * before the key is written into the filestore. An attempt that is repeated makes all of it again.
 */
public final class NewEncryption {
    private final List<Recipient> configured;
    private final Path state;
    private final Consumer<RecoverySheet> keep;
    private final Optional<AgeIdentity> recovery;
    private final List<Recipient> all;
    private final RepositoryKey key;

    private NewEncryption(List<Recipient> configured, RepositoryKey key, Path state, Consumer<RecoverySheet> keep) {
        this.configured = configured;
        this.key = key;
        this.state = state;
        this.keep = keep;
        this.recovery =
                configured.size() < KeyRecipients.LEAST ? Optional.of(AgeIdentity.generate()) : Optional.empty();
        this.all = new ArrayList<>(configured);
        recovery.map(AgeIdentity::recipient).ifPresent(all::add);
    }

    static NewEncryption of(Optional<EncryptionSettings> settings, Path state, Consumer<RecoverySheet> keep) {
        List<Recipient> configured =
                settings.map(EncryptionSettings::recipients).orElse(List.of());
        if (configured.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot encrypt the repository: encryption.recipients is empty",
                    "make an identity on the standby with age-keygen -o FILE, and put its public key into"
                            + " encryption.recipients here");
        }
        return new NewEncryption(configured, RepositoryKey.generate(new SecureRandom()), state, keep);
    }

    /** Of a repository that is plain now. @param recipients at least one */
    public static NewEncryption ofPlain(List<Recipient> recipients, Path state, Consumer<RecoverySheet> keep) {
        RepositoryKey key = RepositoryKey.generate(new SecureRandom()).ofMoved();
        return new NewEncryption(List.copyOf(recipients), key, state, keep);
    }

    /** For whom the repository is encrypted, at least two. */
    List<String> recipients() {
        return all.stream().map(Recipient::text).toList();
    }

    Sealing sealing() {
        return key.sealing();
    }

    /**
     * Writes the key into a repository that was created with it, and what this server keeps of it. Over the key of a
     * repository that is in use it would take all of its content with it: the caller has made sure of that.
     */
    void write(Filestore filestore, UUID repository, String site, SigningKey signer) {
        keep.accept(new RecoverySheet(site, repository, filestore.name(), configured, recovery));
        KeyObject.write(filestore, repository, site, key, all, signer);
        new HeldKeys(state).keep(repository, key);
    }
}
