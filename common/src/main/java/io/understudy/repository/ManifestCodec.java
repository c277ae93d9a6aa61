package io.understudy.repository;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.util.UUID;

/**
 * A manifest as an object: its JSON on the first line, the signature on the second. Reading checks in this order: both
 * lines are there, the signature, the format, the JSON and its values, the site, the repository, and that the object's
 * name is the manifest's own.
 */
public final class ManifestCodec {
    private static final String FORMAT = "format";
    private static final String REPOSITORY = "repository";

    private ManifestCodec() {}

    /** Of a plain repository. @param repository that it is a manifest of: the signature covers it */
    public static byte[] encode(Manifest manifest, UUID repository, SigningKey key) {
        return encode(manifest, repository, Sealing.NONE, key);
    }

    /** @param repository that it is a manifest of: the signature covers it, so it is none of another one */
    static byte[] encode(Manifest manifest, UUID repository, Sealing sealing, SigningKey key) {
        byte[] line = line(manifest, repository);
        return SignedLine.sign(
                sealing.isOn() ? RepositoryJson.line(SealedManifest.of(manifest, line, repository, sealing)) : line,
                key);
    }

    private static byte[] line(Manifest manifest, UUID repository) {
        ObjectNode line = RepositoryJson.object(manifest);
        ObjectNode stored = JsonNodeFactory.instance.objectNode();
        stored.set(FORMAT, line.remove(FORMAT));
        stored.put(REPOSITORY, repository.toString()).setAll(line);
        return RepositoryJson.line(stored);
    }

    /**
     * @param snapshot that the object's name promises
     * @throws UnderstudyException {@code MANIFEST_DAMAGED}, {@code MANIFEST_UNSIGNED}, {@code SIGNER_UNKNOWN},
     *     {@code SIGNATURE_INVALID}, {@code FORMAT_UNKNOWN}, {@code WRONG_SITE}, {@code WRONG_REPOSITORY}
     */
    public static Manifest decode(
            byte[] bytes, SnapshotId snapshot, String site, UUID repository, TrustedKeys trusted) {
        return new ManifestReader(snapshot, site, repository, Sealing.NONE, false).manifest(bytes, trusted);
    }

    static void requireSite(String what, String actual, String site) {
        if (!actual.equals(site)) {
            throw new UnderstudyException(
                    ErrorCode.WRONG_SITE,
                    "cannot use " + what + ": it belongs to site \"" + actual + "\", not \"" + site + "\"",
                    "set filestore.url to the place of this site, or correct site in the configuration");
        }
    }

    /** Two repositories of one site and one key are two: an object that was copied from one is junk in the other. */
    static void requireRepository(String what, String actual, UUID repository) {
        if (!actual.equals(repository.toString())) {
            throw new UnderstudyException(
                    ErrorCode.WRONG_REPOSITORY,
                    "cannot use " + what + ": it belongs to repository " + (actual.isEmpty() ? "unknown" : actual)
                            + ", not " + repository,
                    "it was copied here from another repository of this site: find out by whom, and remove it");
        }
    }

    static void requireFormat(String what, int format) {
        if (format > Manifest.FORMAT) {
            throw new UnderstudyException(
                    ErrorCode.FORMAT_UNKNOWN,
                    "cannot read " + what + ": it has format " + format + "; this version reads format "
                            + Manifest.FORMAT,
                    "upgrade Understudy on this server");
        }
        if (format > 0 && format < Manifest.FORMAT) {
            throw new UnderstudyException(
                    ErrorCode.FORMAT_UNKNOWN,
                    "cannot read " + what + ": it has format " + format
                            + ", from before the first release; this version reads format " + Manifest.FORMAT,
                    "create a new repository in an empty place with agent-primary init; on a standby remove the old mirror");
        }
    }
}
