package io.understudy.repository;

import io.understudy.age.AgeException;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SignedLine;
import java.io.IOException;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;

/**
 * The first line of a manifest in an encrypted repository: who it is for, and the manifest itself, sealed. The
 * signature is outside, so nothing is opened that no trusted key signed.
 *
 * @param encryption how, with the number of the key
 * @param outline the {@link Outline}, sealed so that a primary can read it
 * @param manifest the manifest as it would be the first line of a plain one, sealed to the repository's key
 */
record SealedManifest(
        int format,
        String repository,
        String site,
        SnapshotId snapshot,
        Encrypted encryption,
        String outline,
        String manifest) {
    SealedManifest {
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(site, "site");
        Objects.requireNonNull(snapshot, "snapshot");
        Objects.requireNonNull(encryption, "encryption");
        Objects.requireNonNull(outline, "outline");
        Objects.requireNonNull(manifest, "manifest");
    }

    /** @param key number of the repository's key; 0 where it is not said */
    record Encrypted(int version, int key) {
        static final int VERSION = 1;

        /** What {@code understudy.json} says: that there is encryption. */
        static Encrypted ofRepository() {
            return new Encrypted(VERSION, 0);
        }
    }

    static SealedManifest of(Manifest manifest, byte[] line, UUID repository, Sealing sealing) {
        return new SealedManifest(
                Manifest.FORMAT,
                repository.toString(),
                manifest.site(),
                manifest.snapshot(),
                new Encrypted(Encrypted.VERSION, sealing.key()),
                text(sealing.sealOutline(RepositoryJson.line(Outline.of(manifest)))),
                text(sealing.seal(line)));
    }

    /** The same for the newest key. */
    SealedManifest resealed(String what, Sealing sealing) {
        return new SealedManifest(
                format,
                repository,
                site,
                snapshot,
                new Encrypted(Encrypted.VERSION, sealing.key()),
                text(sealing.sealOutline(opened(what, outline, sealing))),
                text(sealing.seal(openManifest(what, sealing))));
    }

    /**
     * @throws UnderstudyException {@code IDENTITY_MISSING} where this server has no key for it, {@code FORMAT_UNKNOWN}
     *     for an encryption of a later version
     */
    void require(String what, Sealing sealing) {
        requireVersion(what, encryption);
        if (!sealing.isOn()) {
            throw new UnderstudyException(
                    ErrorCode.IDENTITY_MISSING,
                    "cannot read " + what + ": it is encrypted, and this server has no keys of the repository",
                    "set encryption.identity to the file of an identity that the repository is encrypted to");
        }
        if (encryption.key() > sealing.key()) {
            sealing.refresh();
        }
        if (encryption.key() < 1 || encryption.key() > sealing.key()) {
            throw new UnderstudyException(
                    ErrorCode.IDENTITY_MISSING,
                    "cannot read " + what + ": it is encrypted with key " + encryption.key() + ", here is key "
                            + sealing.key(),
                    "on a primary that is not the one where agent-primary rekey ran, set encryption.identity; elsewhere see"
                            + " whether keys/ in the filestore lacks an object that a standby's mirror has");
        }
    }

    static void requireVersion(String what, Encrypted encryption) {
        if (encryption.version() != Encrypted.VERSION) {
            throw new UnderstudyException(
                    ErrorCode.FORMAT_UNKNOWN,
                    "cannot read " + what + ": its encryption has version " + encryption.version()
                            + "; this version reads version " + Encrypted.VERSION,
                    "upgrade Understudy on this server");
        }
    }

    Outline openOutline(String what, Sealing sealing) {
        byte[] line = opened(what, outline, sealing);
        try {
            return RepositoryJson.read(line, 0, line.length, Outline.class);
        } catch (IOException e) {
            throw SignedLine.damaged(what, RepositoryJson.why(e), e);
        }
    }

    byte[] openManifest(String what, Sealing sealing) {
        if (!sealing.reads()) {
            throw Sealing.identityMissing("cannot read " + what + ": it is sealed, and this server has no identity");
        }
        return opened(what, manifest, sealing);
    }

    private static byte[] opened(String what, String sealed, Sealing sealing) {
        try {
            return sealing.open(Base64.getDecoder().decode(sealed));
        } catch (AgeException | IllegalArgumentException e) {
            throw SignedLine.damaged(what, e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalStateException("it is read from memory", e);
        }
    }

    private static String text(byte[] sealed) {
        return Base64.getEncoder().encodeToString(sealed);
    }
}
