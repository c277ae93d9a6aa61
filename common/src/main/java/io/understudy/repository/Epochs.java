package io.understudy.repository;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.time.Moments;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The claims of epochs: the fence against an old primary. A claim is a signed object that is created conditionally, so
 * of racing servers one gets the epoch. Thread-safe.
 *
 * <p>A claim fences by its name alone: one that cannot be read, or that a key signed which is not trusted, stops
 * commits of lower epochs as well. That is the safe side: at worst an operator looks at a claim, never do two servers
 * both publish.
 */
public final class Epochs {
    private static final String PREFIX = "epochs/";
    private static final Pattern KEY = Pattern.compile("epochs/(\\d{8})\\.json");
    private static final int LONGEST = 64 << 10;

    private final Filestore filestore;
    private final String site;
    private final TrustedKeys trusted;

    Epochs(Filestore filestore, String site, TrustedKeys trusted) {
        this.filestore = filestore;
        this.site = site;
        this.trusted = trusted;
    }

    /** The highest epoch that was claimed; 0 when none was. One listing. */
    public int highest() {
        return claimed().max().orElse(0);
    }

    /** Whether there is a claim of a higher epoch than this, signed by a trusted key. */
    boolean isTrustedAbove(int epoch) {
        return claimed().filter(each -> each > epoch).anyMatch(this::isTrusted);
    }

    /**
     * Takes the epoch. Repeated with the same nonce it succeeds again, so a claim whose acknowledgement was lost is
     * found to be one's own.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN} when this or a higher epoch is another's
     */
    public void claim(EpochClaim claim, SigningKey key) {
        int highest = highest();
        if (highest > claim.epoch()) {
            throw taken(claim, highest);
        }
        byte[] bytes = SignedLine.sign(line(claim), key);
        if (!filestore.putIfAbsent(key(claim.epoch()), bytes) && !isOurs(claim, bytes)) {
            throw taken(claim, claim.epoch());
        }
    }

    /**
     * The claim of an epoch, with its signature checked.
     *
     * @throws UnderstudyException as {@link ManifestCodec#decode}
     */
    public Optional<EpochClaim> read(int epoch) {
        return stored(epoch).map(bytes -> decoded(epoch, bytes, true));
    }

    /**
     * Reads every claim and checks it.
     *
     * @param used the highest epoch that has snapshots: from the second on each was claimed first
     * @throws UnderstudyException as {@link ManifestCodec#decode} for the first that is damaged; {@code OBJECT_MISSING}
     *     for that of {@code used}
     */
    void check(int used) {
        claimed().forEach(this::read);
        if (used > 1 && read(used).isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.OBJECT_MISSING,
                    "cannot find claim " + key(used) + " in " + filestore.name() + ", though epoch " + used
                            + " has snapshots",
                    "restore it from another copy of the repository, or run agent-replica promote again on the server that serves the site");
        }
    }

    /**
     * Who took the epoch, for messages; says so when the claim is not to be trusted. Never throws for what the claim
     * holds.
     */
    String describe(int epoch) {
        Optional<byte[]> bytes = stored(epoch);
        if (bytes.isEmpty()) {
            return "epoch " + epoch + " is in use";
        }
        try {
            return describe(decoded(epoch, bytes.get(), true));
        } catch (UnderstudyException e) {
            return "epoch " + epoch + " was claimed, without a trusted signature (" + e.getMessage() + ")";
        }
    }

    static String key(int epoch) {
        return String.format(Locale.ROOT, "%s%08d.json", PREFIX, epoch);
    }

    private static String describe(EpochClaim claim) {
        return "epoch " + claim.epoch() + " was claimed by " + claim.server() + " at " + Moments.text(claim.when())
                + " (" + claim.reason() + ")";
    }

    private boolean isOurs(EpochClaim claim, byte[] written) {
        Optional<byte[]> there = stored(claim.epoch());
        if (there.isEmpty()) {
            return false;
        }
        try {
            return Arrays.equals(there.get(), written)
                    || decoded(claim.epoch(), there.get(), false).nonce().equals(claim.nonce());
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private IntStream claimed() {
        try (Stream<String> keys = filestore.list(PREFIX, "").map(info -> info.key())) {
            return IntStream.of(keys.map(KEY::matcher)
                    .filter(Matcher::matches)
                    .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                    .toArray());
        }
    }

    private boolean isTrusted(int epoch) {
        Optional<byte[]> bytes = stored(epoch);
        if (bytes.isEmpty()) {
            return false;
        }
        try {
            decoded(epoch, bytes.get(), true);
            return true;
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private UnderstudyException taken(EpochClaim claim, int by) {
        return new UnderstudyException(
                ErrorCode.EPOCH_TAKEN,
                "cannot claim epoch " + claim.epoch() + " of site \"" + site + "\": " + describe(by),
                "another server was promoted: check its state before you promote this one too");
    }

    private Optional<byte[]> stored(int epoch) {
        return SmallObject.read(filestore, key(epoch), LONGEST);
    }

    private EpochClaim decoded(int epoch, byte[] bytes, boolean verified) {
        SignedLine line = SignedLine.parse("claim " + key(epoch), bytes);
        SignedLine signed = verified ? line.verified(trusted) : line;
        try {
            ManifestCodec.requireFormat(signed.what(), RepositoryJson.format(bytes, 0, signed.length()));
            ObjectNode stored = RepositoryJson.read(bytes, 0, signed.length(), ObjectNode.class);
            ManifestCodec.requireSite(signed.what(), stored.path("site").asText(), site);
            EpochClaim claim = RepositoryJson.read(bytes, 0, signed.length(), EpochClaim.class);
            if (claim.epoch() != epoch) {
                throw new IOException("it is the claim of epoch " + claim.epoch() + " under another name");
            }
            return claim;
        } catch (IOException | RuntimeException e) {
            throw e instanceof UnderstudyException known ? known : SignedLine.damaged(signed.what(), e.getMessage(), e);
        }
    }

    /** The first line of the object: the claim, its format and its site. */
    private byte[] line(EpochClaim claim) {
        ObjectNode line = RepositoryJson.object(claim.of(Optional.empty()));
        ObjectNode stored = JsonNodeFactory.instance.objectNode();
        stored.put("format", Manifest.FORMAT).put("site", site).setAll(line);
        return RepositoryJson.line(stored);
    }
}
