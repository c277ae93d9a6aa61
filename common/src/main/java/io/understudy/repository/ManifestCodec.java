package io.understudy.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.io.IOException;
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

    /** @param repository that it is a manifest of: the signature covers it, so it is none of another one */
    public static byte[] encode(Manifest manifest, UUID repository, SigningKey key) {
        ObjectNode line = RepositoryJson.object(manifest);
        ObjectNode stored = JsonNodeFactory.instance.objectNode();
        stored.set(FORMAT, line.remove(FORMAT));
        stored.put(REPOSITORY, repository.toString()).setAll(line);
        return SignedLine.sign(RepositoryJson.line(stored), key);
    }

    /**
     * @param snapshot that the object's name promises
     * @throws UnderstudyException {@code MANIFEST_DAMAGED}, {@code MANIFEST_UNSIGNED}, {@code SIGNER_UNKNOWN},
     *     {@code SIGNATURE_INVALID}, {@code FORMAT_UNKNOWN}, {@code WRONG_SITE}, {@code WRONG_REPOSITORY}
     */
    public static Manifest decode(
            byte[] bytes, SnapshotId snapshot, String site, UUID repository, TrustedKeys trusted) {
        SignedLine signed = SignedLine.parse("manifest " + snapshot, bytes).verified(trusted);
        Manifest manifest = parsed(signed);
        requireSite(signed.what(), manifest.site(), site);
        requireRepository(signed.what(), repositoryOf(signed), repository);
        if (!manifest.snapshot().equals(snapshot)) {
            throw SignedLine.damaged(
                    signed.what(), "it is the manifest " + manifest.snapshot() + " under another name", null);
        }
        return manifest;
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

    private static String repositoryOf(SignedLine signed) {
        try {
            return RepositoryJson.read(signed.bytes(), 0, signed.length(), ObjectNode.class)
                    .path(REPOSITORY)
                    .asText();
        } catch (IOException e) {
            throw SignedLine.damaged(signed.what(), e.getMessage(), e);
        }
    }

    private static Manifest parsed(SignedLine signed) {
        try {
            int format = RepositoryJson.format(signed.bytes(), 0, signed.length());
            requireFormat(signed.what(), format);
            Manifest manifest = RepositoryJson.read(signed.bytes(), 0, signed.length(), Manifest.class);
            ManifestCheck.check(manifest);
            return manifest;
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof UnderstudyException known) {
                throw new UnderstudyException(
                        known.code(), "cannot read " + signed.what() + ": " + known.getMessage(), known.hint(), e);
            }
            throw SignedLine.damaged(signed.what(), e.getOriginalMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw SignedLine.damaged(signed.what(), e.getMessage(), e);
        }
    }
}
