package io.understudy.primary.app;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.site.Marker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code agent-primary init}: key pair, repository, epoch 1. A repository that another {@code init} made is refused;
 * one that this server's own {@code init} made before a crash is finished, because what it was about to create was
 * written down first.
 */
public final class Initialisation {
    private static final int FIRST = 1;

    private final String site;
    private final String server;
    private final Filestore filestore;
    private final KeyRing keys;
    private final EpochStore epochs;
    private final Marker marker;
    private final Clock clock;

    Initialisation(
            String site,
            String server,
            Filestore filestore,
            KeyRing keys,
            EpochStore epochs,
            Marker marker,
            Clock clock) {
        this.site = site;
        this.server = server;
        this.filestore = filestore;
        this.keys = keys;
        this.epochs = epochs;
        this.marker = marker;
        this.clock = clock;
    }

    /**
     * What was made; printed by {@code init --json}:
     *
     * <pre>{@code
     * {"repository":"<uuid>","site":"example","filestore":"s3://backups/example","epoch":1,
     *  "private_key":"/etc/understudy/signing.pem","public_key":"/etc/understudy/signing.pub.pem","key_created":true}
     * }</pre>
     *
     * @param keyCreated false when the private key was there before
     * @param recipients for whom the repository is encrypted; empty: it is plain
     */
    public record Initialised(
            UUID repository,
            String site,
            String filestore,
            int epoch,
            Path privateKey,
            Path publicKey,
            boolean keyCreated,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> recipients) {}

    /**
     * @throws UnderstudyException {@code REPOSITORY_EXISTS}, {@code BACKUP_MODE}, {@code KEY_MISSING} when none is
     *     configured, {@code KEY_INVALID}, {@code EPOCH_TAKEN}, and what the filestore throws
     */
    public Initialised run() {
        return run(Optional.empty());
    }

    /** As {@link #run()}, of an encrypted repository where that is wanted. */
    public Initialised run(Optional<NewEncryption> encryption) {
        requireProduction();
        EpochClaim plan =
                epochs.intended().filter(intended -> intended.epoch() == FIRST).orElseGet(this::fresh);
        Path file = keys.signingFile();
        boolean created = !Files.exists(file);
        SigningKey key = created ? SigningKey.generate(file) : SigningKey.load(file);
        key.writePublic(file);
        PrimaryPoint.KEY_WRITTEN.reached();

        epochs.intend(plan);
        PrimaryPoint.CLAIM_INTENDED.reached();
        TrustedKeys trusted = TrustedKeys.of(key.publicKey());
        UUID id = plan.repository().orElseThrow();
        Sealing sealing = encryption.map(NewEncryption::sealing).orElse(Sealing.NONE);
        Repository repository = Repository.create(filestore, id, site, trusted, clock, sealing);
        encryption.ifPresent(wanted -> wanted.write(filestore, id, site, key));
        PrimaryPoint.REPOSITORY_CREATED.reached();
        repository.epochs().claim(plan, key);
        PrimaryPoint.FIRST_EPOCH_CLAIMED.reached();
        epochs.hold(plan);
        PrimaryPoint.FIRST_EPOCH_HELD.reached();
        return new Initialised(
                repository.id(),
                site,
                filestore.name(),
                plan.epoch(),
                file,
                SigningKey.publicPath(file),
                created,
                encryption.map(NewEncryption::recipients).orElse(List.of()));
    }

    private void requireProduction() {
        if (marker.present()) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot create a repository: this server is in backup mode (" + marker.file() + " exists)",
                    "run it on the server that serves the site; a standby is made by agent-replica init");
        }
    }

    /** Checks whether the place is free before anything is written down or created. */
    private EpochClaim fresh() {
        UUID id = UUID.randomUUID();
        if (occupied()) {
            Repository.create(filestore, id, site, TrustedKeys.of(), clock);
        }
        return new EpochClaim(
                        FIRST,
                        server,
                        clock.instant(),
                        "init",
                        UUID.randomUUID().toString())
                .of(Optional.of(id));
    }

    private boolean occupied() {
        try {
            Repository.open(filestore, site, TrustedKeys.of(), clock);
            return true;
        } catch (UnderstudyException e) {
            return switch (e.code()) {
                case REPOSITORY_MISSING -> false;
                case WRONG_SITE, FORMAT_UNKNOWN -> true;
                default -> throw e;
            };
        }
    }
}
