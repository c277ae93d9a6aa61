package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.TrustedKeys;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** Makes a filestore a repository, or finds the one that is in it; as {@link Repository} says. */
final class RepositoryOpening {
    private RepositoryOpening() {}

    static Repository create(
            Filestore filestore, UUID id, String site, TrustedKeys trusted, Clock clock, Sealing sealing) {
        Identity plain = new Identity(id, site);
        Identity wanted = sealing.isOn() ? plain.encrypted() : plain;
        filestore.copies().forEach(copy -> create(wanted, copy.store()));
        create(wanted, filestore);
        return new Repository(
                filestore, wanted, trusted, clock, (store, repository, name, keys) -> sealing, sealing, false);
    }

    private static void create(Identity wanted, Filestore filestore) {
        if (!wanted.create(filestore)) {
            Optional<Identity> there = Identity.read(filestore);
            if (!there.equals(Optional.of(wanted))) {
                throw new UnderstudyException(
                        ErrorCode.REPOSITORY_EXISTS,
                        "cannot create a repository in " + filestore.name() + ": there is one already"
                                + there.map(found -> ", of site \"" + found.site() + "\"")
                                        .orElse(""),
                        "use it as it is, or set filestore.url to an empty place");
            }
        }
    }

    static Repository open(
            Filestore filestore,
            String site,
            TrustedKeys trusted,
            Clock clock,
            Optional<UUID> known,
            Encryption encryption) {
        Optional<Repository> expected = known.map(id -> new Repository(
                filestore,
                new Identity(id, site),
                trusted,
                clock,
                encryption,
                encryption.keys(filestore, id, site, trusted),
                false));
        if (expected.isEmpty()) {
            return openUnknown(filestore, site, trusted, clock, encryption);
        }
        Optional<UnderstudyException> fault = expected.get().identity.fault(filestore);
        if (fault.isEmpty() || Confirmation.of(expected.get()).isGiven()) {
            return expected.get();
        }
        return openUnknown(filestore, site, trusted, clock, encryption);
    }

    private static Repository openUnknown(
            Filestore filestore, String site, TrustedKeys trusted, Clock clock, Encryption encryption) {
        Identity found = Identity.require(filestore, site);
        if (found.encryption() != null) {
            SealedManifest.requireVersion(Identity.KEY + " in " + filestore.name(), found.encryption());
        }
        Sealing sealing = encryption.keys(filestore, found.repository(), site, trusted);
        if (found.encryption() != null && !sealing.isOn()) {
            throw new UnderstudyException(
                    ErrorCode.IDENTITY_MISSING,
                    "cannot open the repository in " + filestore.name() + ": by " + Identity.KEY
                            + " it is encrypted, and this server's configuration has no encryption",
                    "set encryption.identity to the file of an identity that the repository is encrypted to");
        }
        return new Repository(filestore, found, trusted, clock, encryption, sealing, false);
    }
}
