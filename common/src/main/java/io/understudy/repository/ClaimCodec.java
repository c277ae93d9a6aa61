package io.understudy.repository;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.TrustedKeys;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/** The bytes of a claim: a signed line, which names its epoch, its site and its repository. Thread-safe. */
final class ClaimCodec {
    private final String site;
    private final UUID repository;
    private final TrustedKeys trusted;

    ClaimCodec(String site, UUID repository, TrustedKeys trusted) {
        this.site = site;
        this.repository = repository;
        this.trusted = trusted;
    }

    EpochClaim decoded(int epoch, byte[] bytes, boolean verified) {
        SignedLine line = SignedLine.parse("claim " + Epochs.key(epoch), bytes);
        SignedLine signed = verified ? line.verified(trusted) : line;
        try {
            ManifestCodec.requireFormat(signed.what(), RepositoryJson.format(bytes, 0, signed.length()));
            ObjectNode stored = RepositoryJson.read(bytes, 0, signed.length(), ObjectNode.class);
            ManifestCodec.requireSite(signed.what(), stored.path("site").asText(), site);
            ManifestCodec.requireRepository(
                    signed.what(), stored.path("repository").asText(), repository);
            EpochClaim claim = RepositoryJson.read(bytes, 0, signed.length(), EpochClaim.class);
            if (claim.epoch() != epoch) {
                throw new IOException("it is the claim of epoch " + claim.epoch() + " under another name");
            }
            return claim.of(Optional.empty());
        } catch (IOException | RuntimeException e) {
            throw e instanceof UnderstudyException known ? known : SignedLine.damaged(signed.what(), e.getMessage(), e);
        }
    }

    /** The first line of the object: the claim, its format, its site and its repository. */
    byte[] line(EpochClaim claim) {
        ObjectNode line = RepositoryJson.object(claim.of(Optional.of(repository)));
        ObjectNode stored = JsonNodeFactory.instance.objectNode();
        stored.put("format", Manifest.FORMAT).put("site", site).setAll(line);
        return RepositoryJson.line(stored);
    }
}
