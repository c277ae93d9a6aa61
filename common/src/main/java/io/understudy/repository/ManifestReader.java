package io.understudy.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads one manifest as {@link ManifestCodec} says. In an encrypted repository the same is checked of what was sealed,
 * and that the outline is that of the manifest; a manifest that is not sealed is refused there.
 *
 * @param orphan whether it is to be an orphan: the one is refused in the place of the other
 */
record ManifestReader(SnapshotId snapshot, String site, UUID repository, Sealing sealing, boolean orphan) {
    private static final String REPOSITORY = "repository";
    private static final String ENCRYPTION = "encryption";

    Manifest manifest(byte[] bytes, TrustedKeys trusted) {
        SignedLine signed = signed(bytes, trusted);
        if (!isSealed(signed)) {
            return plain(signed.what(), signed.bytes(), signed.length());
        }
        SealedManifest sealed = sealed(signed);
        byte[] line = sealed.openManifest(signed.what(), sealing);
        requireFormat(signed.what(), line, line.length);
        Manifest manifest = plain(signed.what(), line, line.length);
        if (!Outline.of(manifest).equals(sealed.openOutline(signed.what(), sealing))) {
            throw SignedLine.damaged(signed.what(), "its outline is that of another one", null);
        }
        return manifest;
    }

    /** The line that is signed, or the one that is sealed in it. */
    byte[] line(byte[] bytes, TrustedKeys trusted) {
        SignedLine signed = signed(bytes, trusted);
        return isSealed(signed)
                ? sealed(signed).openManifest(signed.what(), sealing)
                : Arrays.copyOf(signed.bytes(), signed.length());
    }

    /** The object for the newest key, signed again; empty where it is for that. Checks all that a reader does. */
    Optional<byte[]> resealed(byte[] bytes, TrustedKeys trusted, SigningKey key) {
        manifest(bytes, trusted);
        SignedLine signed = signed(bytes, trusted);
        SealedManifest sealed = sealed(signed);
        return sealed.encryption().key() == sealing.key()
                ? Optional.empty()
                : Optional.of(SignedLine.sign(RepositoryJson.line(sealed.resealed(signed.what(), sealing)), key));
    }

    /** Reads no more than that, where it is sealed on its own. */
    Outline outline(byte[] bytes, TrustedKeys trusted) {
        if (!sealing.isOn()) {
            return Outline.of(manifest(bytes, trusted));
        }
        SignedLine signed = signed(bytes, trusted);
        isSealed(signed);
        Outline outline = sealed(signed).openOutline(signed.what(), sealing);
        requireName(signed.what(), outline.snapshot());
        requireKind(signed.what(), outline.periods());
        return outline;
    }

    /** The signature first: a format says nothing where no trusted key stands behind it. */
    private SignedLine signed(byte[] bytes, TrustedKeys trusted) {
        SignedLine signed = SignedLine.parse("manifest " + snapshot, bytes).verified(trusted);
        requireFormat(signed.what(), signed.bytes(), signed.length());
        return signed;
    }

    /** @throws UnderstudyException {@code NOT_ENCRYPTED} where it has to be and is not */
    private boolean isSealed(SignedLine signed) {
        boolean is = object(signed.what(), signed.bytes(), signed.length()).has(ENCRYPTION);
        if (!is) {
            requirePlain(signed.what());
        }
        return is;
    }

    /** A person with a key could otherwise have content stored that anyone can read. */
    private void requirePlain(String what) {
        if (sealing.isOn()) {
            throw new UnderstudyException(
                    ErrorCode.NOT_ENCRYPTED,
                    "cannot use " + what + ": it is not encrypted, and the repository is",
                    "find out who wrote it: an agent of this site without encryption in its configuration?");
        }
    }

    private SealedManifest sealed(SignedLine signed) {
        try {
            SealedManifest sealed = RepositoryJson.read(signed.bytes(), 0, signed.length(), SealedManifest.class);
            ManifestCodec.requireSite(signed.what(), sealed.site(), site);
            ManifestCodec.requireRepository(signed.what(), sealed.repository(), repository);
            requireName(signed.what(), sealed.snapshot());
            sealed.require(signed.what(), sealing);
            return sealed;
        } catch (IOException e) {
            throw SignedLine.damaged(signed.what(), RepositoryJson.why(e), e);
        }
    }

    private Manifest plain(String what, byte[] line, int length) {
        Manifest manifest = parsed(what, line, length);
        ManifestCodec.requireSite(what, manifest.site(), site);
        ManifestCodec.requireRepository(
                what, object(what, line, length).path(REPOSITORY).asText(), repository);
        requireName(what, manifest.snapshot());
        requireKind(what, manifest.periods());
        return manifest;
    }

    /** A person who may write into the filestore could otherwise have an orphan imported by its number. */
    private void requireKind(String what, List<String> periods) {
        if (periods.contains(Manifest.ORPHAN) != orphan) {
            throw SignedLine.damaged(
                    what, orphan ? "it is a snapshot, and no orphan" : "it is an orphan, and no snapshot", null);
        }
    }

    private void requireName(String what, SnapshotId found) {
        if (!found.equals(snapshot)) {
            throw SignedLine.damaged(what, "it is the manifest " + found + " under another name", null);
        }
    }

    private static ObjectNode object(String what, byte[] line, int length) {
        try {
            return RepositoryJson.read(line, 0, length, ObjectNode.class);
        } catch (IOException e) {
            throw SignedLine.damaged(what, RepositoryJson.why(e), e);
        }
    }

    private static void requireFormat(String what, byte[] line, int length) {
        try {
            ManifestCodec.requireFormat(what, RepositoryJson.format(line, 0, length));
        } catch (IOException e) {
            throw SignedLine.damaged(what, RepositoryJson.why(e), e);
        }
    }

    private static Manifest parsed(String what, byte[] line, int length) {
        try {
            Manifest manifest = RepositoryJson.read(line, 0, length, Manifest.class);
            ManifestCheck.check(manifest);
            return manifest;
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof UnderstudyException known) {
                throw new UnderstudyException(
                        known.code(), "cannot read " + what + ": " + known.getMessage(), known.hint(), e);
            }
            throw SignedLine.damaged(what, e.getOriginalMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw SignedLine.damaged(what, e.getMessage(), e);
        }
    }
}
