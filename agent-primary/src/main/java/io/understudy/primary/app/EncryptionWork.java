package io.understudy.primary.app;

import io.understudy.config.Settings;
import io.understudy.primary.retention.Pruning;
import io.understudy.repository.Encryption;
import io.understudy.repository.Repository;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** What commands do with the keys of a repository and with what is encrypted to them. */
public final class EncryptionWork {
    private final Settings settings;
    private final PrimaryPorts ports;
    private final KeyRing keys;
    private final Supplier<Repository> repository;
    private final Supplier<Optional<UUID>> known;
    private final Supplier<Pruning> pruning;

    /**
     * @param repository asked when it is needed
     * @param known id of the repository of this server
     * @param pruning that keeps deletions away during the work
     */
    EncryptionWork(
            Settings settings,
            PrimaryPorts ports,
            KeyRing keys,
            Supplier<Repository> repository,
            Supplier<Optional<UUID>> known,
            Supplier<Pruning> pruning) {
        this.settings = Objects.requireNonNull(settings);
        this.ports = Objects.requireNonNull(ports);
        this.keys = Objects.requireNonNull(keys);
        this.repository = Objects.requireNonNull(repository);
        this.known = Objects.requireNonNull(known);
        this.pruning = Objects.requireNonNull(pruning);
    }

    /**
     * @param identity file with an identity that opens the repository's key; empty: that of the configuration
     * @throws UnderstudyException as {@link Repository#open}
     */
    public KeyRecipients keyRecipients(Optional<Path> identity) {
        return KeyRecipients.of(ports.filestore(), repositoryBy(identity), keys, identity, settings.encryption());
    }

    /** Another key, and all content encrypted to it. @param identity as above */
    public Rekeying rekeying(Optional<Path> identity) {
        return new Rekeying(
                keyRecipients(identity), keys, settings.state(), pruning.get(), ports.clock(), ports.ticker());
    }

    /** A plain repository on its way to an encrypted one, whatever the configuration says. */
    public Encrypting encrypting() {
        Repository plain =
                Repository.open(ports.filestore(), settings.site(), keys.trusted(), ports.clock(), known.get());
        return new Encrypting(ports.filestore(), plain, keys, settings.state(), pruning.get(), ports.clock());
    }

    /** One object, opened. @param identity as above */
    public OpenedObject opened(String object, Optional<Path> identity) {
        return OpenedObject.of(repositoryBy(identity), object);
    }

    private Repository repositoryBy(Optional<Path> identity) {
        return identity.map(this::openedBy).orElseGet(repository);
    }

    Repository openedBy(Path identity) {
        return Repository.open(
                ports.filestore(),
                settings.site(),
                keys.trusted(),
                ports.clock(),
                known.get(),
                Encryption.withIdentity(identity));
    }
}
