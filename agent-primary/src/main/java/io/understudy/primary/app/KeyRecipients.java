package io.understudy.primary.app;

import io.understudy.age.AgeIdentity;
import io.understudy.age.IdentityFile;
import io.understudy.age.Recipient;
import io.understudy.config.EncryptionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.KeyObject;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * For whom the keys of an encrypted repository are encrypted: all for the same. A change encrypts the keys again, small
 * objects, and leaves all content as it is. It needs an identity that opens the key, and a signing key that the other
 * servers trust. Of two changes at the same time one may be lost: each shows what there is after it.
 */
public final class KeyRecipients {
    /** With one alone the repository is lost with its identity. */
    static final int LEAST = 2;

    private final Filestore filestore;
    private final Repository repository;
    private final KeyRing keys;
    private final List<AgeIdentity> identities;

    private KeyRecipients(Filestore filestore, Repository repository, KeyRing keys, List<AgeIdentity> identities) {
        this.filestore = filestore;
        this.repository = repository;
        this.keys = keys;
        this.identities = identities;
    }

    /**
     * @param given file with the identity; empty: that of the configuration
     * @throws UnderstudyException {@code IDENTITY_MISSING} where there is neither, {@code NOT_ENCRYPTED} of a plain
     *     repository, {@code KEY_*}
     */
    static KeyRecipients of(
            Filestore filestore,
            Repository repository,
            KeyRing keys,
            Optional<Path> given,
            Optional<EncryptionSettings> settings) {
        if (!repository.isEncrypted()) {
            throw new UnderstudyException(
                    ErrorCode.NOT_ENCRYPTED,
                    "the repository in " + repository.name() + " is not encrypted: it has no key",
                    "a new repository is encrypted by agent-primary init --encrypt");
        }
        Path file = given.or(() -> settings.flatMap(EncryptionSettings::identity))
                .orElseThrow(() -> Sealing.identityMissing(
                        "cannot open the repository's key: encryption.identity is not set here"));
        return new KeyRecipients(filestore, repository, keys, IdentityFile.load(file));
    }

    /**
     * What {@code agent-primary keys} prints.
     *
     * <pre>{@code
     * {"repository":"<uuid>","key":1,"recipients":["age1…"]}
     * }</pre>
     */
    public record Recipients(UUID repository, int key, List<String> recipients) {
        private static Recipients of(Repository repository, KeyObject.Opened opened) {
            return new Recipients(
                    repository.id(),
                    opened.key().number(),
                    opened.recipients().stream().map(Recipient::text).toList());
        }
    }

    /** Those that the key is encrypted to now. */
    public Recipients list() {
        return Recipients.of(repository, newest(all()));
    }

    Repository repository() {
        return repository;
    }

    /** Each key, the newest last. */
    List<KeyObject.Opened> all() {
        return KeyObject.openAll(filestore, identities, repository.id(), repository.site(), keys.trusted());
    }

    /**
     * Makes another key, for whom the newest is.
     *
     * @throws UnderstudyException as {@link KeyObject#create}
     */
    KeyObject.Opened created(SigningKey signer) {
        KeyObject.Opened last = newest(all());
        RepositoryKey key = last.key().next();
        KeyObject.create(filestore, repository.id(), repository.site(), key, last.recipients(), signer);
        return new KeyObject.Opened(key, last.recipients());
    }

    /**
     * Adds one; it can read all that is there, at once. Repeated, it writes the key again as it is: into a filestore
     * that was away too.
     */
    public Recipients add(Recipient recipient) {
        List<KeyObject.Opened> now = all();
        List<Recipient> wanted = new ArrayList<>(newest(now).recipients());
        if (!wanted.contains(recipient)) {
            wanted.add(recipient);
        }
        return written(now, wanted);
    }

    /**
     * Removes one. What it opened before it may have kept, and with that all content until there is another key.
     *
     * @throws UnderstudyException {@code USAGE} for one that is none, or where too few are left
     */
    public Recipients remove(Recipient recipient) {
        List<KeyObject.Opened> now = all();
        List<Recipient> left = new ArrayList<>(newest(now).recipients());
        if (!left.remove(recipient)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot remove " + recipient + ": the repository is not encrypted to it",
                    "agent-primary keys list shows those that it is encrypted to");
        }
        if (left.size() < LEAST) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot remove " + recipient + ": only " + left.get(0) + " would be left",
                    "add another one first: a repository with one identity is lost with it");
        }
        return written(now, left);
    }

    private static KeyObject.Opened newest(List<KeyObject.Opened> all) {
        return all.get(all.size() - 1);
    }

    /** The newest last: after a crash it says as before, and a repeated change writes all. */
    private Recipients written(List<KeyObject.Opened> now, List<Recipient> recipients) {
        SigningKey signer = keys.signing();
        now.forEach(
                each -> KeyObject.write(filestore, repository.id(), repository.site(), each.key(), recipients, signer));
        return Recipients.of(repository, new KeyObject.Opened(newest(now).key(), recipients));
    }
}
