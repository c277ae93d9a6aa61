package io.understudy.repository;

import io.understudy.age.AgeFiles;
import io.understudy.age.IdentityFile;
import io.understudy.config.EncryptionSettings;
import io.understudy.filestore.Filestore;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.TrustedKeys;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Where a server has the keys of an encrypted repository from. The configuration decides whether there are any. */
public interface Encryption {
    /** The repository is plain. */
    Encryption NONE = (filestore, repository, site, trusted) -> Sealing.NONE;

    /**
     * The repository's keys.
     *
     * @throws io.understudy.failure.UnderstudyException {@code IDENTITY_MISSING}, {@code NOT_ENCRYPTED}, {@code KEY_*},
     *     and what the filestore throws
     */
    Sealing keys(Filestore filestore, UUID repository, String site, TrustedKeys trusted);

    /**
     * That of a configuration.
     *
     * @param state folder of durable state
     */
    static Encryption of(Optional<EncryptionSettings> settings, Path state) {
        settings.ifPresent(there -> AgeFiles.prepare());
        return settings.map(
                        there -> there.identity().map(Encryption::withIdentity).orElseGet(() -> ofPrimary(state)))
                .orElse(NONE);
    }

    /** That of a server with an identity: it opens the keys that are in the repository. @param file read each time */
    static Encryption withIdentity(Path file) {
        return (filestore, repository, site, trusted) -> {
            Supplier<Sealing> all = () -> RepositoryKey.sealing(
                    KeyObject.openAll(filestore, IdentityFile.load(file), repository, site, trusted).stream()
                            .map(KeyObject.Opened::key)
                            .toList());
            return all.get()
                    .renewedBy(key -> KeyObject.newest(filestore) > key ? Optional.of(all.get()) : Optional.empty());
        };
    }

    /** That of a primary: it has the public half of the key on its disk, and reads no content. */
    static Encryption ofPrimary(Path state) {
        return (filestore, repository, site, trusted) -> {
            HeldKeys held = new HeldKeys(state);
            return held.require(repository)
                    .renewedBy(key -> Optional.of(held.require(repository)).filter(found -> found.key() > key));
        };
    }
}
