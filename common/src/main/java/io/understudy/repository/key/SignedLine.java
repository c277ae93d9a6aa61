package io.understudy.repository.key;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signed object of the repository: the first line is its content, the second
 * {@code ed25519 <key id> <base64 signature of the first line's bytes>}. Both end with {@code \n}, so that every proper
 * beginning of such an object is recognised as truncated.
 *
 * @param what names the object in messages: {@code manifest 00000001-00000042}
 * @param bytes the whole object
 * @param length of the first line
 * @param signature the second line, without its end
 */
public record SignedLine(String what, byte[] bytes, int length, String signature) {
    private static final String ALGORITHM = "ed25519";
    private static final Pattern SIGNATURE =
            Pattern.compile("([a-z0-9-]{1,32}) ([0-9a-f]{16}) ([A-Za-z0-9+/=]{1,512})");
    private static final String RESTORE = "take a new snapshot, or copy the object from another copy of the repository";

    public static byte[] sign(byte[] line, SigningKey key) {
        String second = ALGORITHM + " " + key.publicKey().id() + " "
                + Base64.getEncoder().encodeToString(key.sign(line)) + "\n";
        byte[] tail = second.getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[line.length + 1 + tail.length];
        System.arraycopy(line, 0, all, 0, line.length);
        all[line.length] = '\n';
        System.arraycopy(tail, 0, all, line.length + 1, tail.length);
        return all;
    }

    /** Splits the object; says nothing yet about its signature. */
    public static SignedLine parse(String what, byte[] bytes) {
        int end = indexOfNewline(bytes, 0);
        if (end < 0) {
            throw damaged(what, "it is truncated: its first line has no end", null);
        }
        if (end + 1 == bytes.length) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_UNSIGNED,
                    "signature of " + what + " rejected: it has none",
                    "only objects that an agent signed are accepted; find out who wrote it");
        }
        int last = indexOfNewline(bytes, end + 1);
        if (last < 0) {
            throw damaged(what, "it is truncated: its signature has no end", null);
        }
        if (last + 1 < bytes.length) {
            throw damaged(what, "more follows behind its signature", null);
        }
        return new SignedLine(
                what, bytes, end, new String(bytes, end + 1, last - end - 1, StandardCharsets.ISO_8859_1));
    }

    /** @throws UnderstudyException {@code MANIFEST_DAMAGED}, {@code SIGNER_UNKNOWN}, {@code SIGNATURE_INVALID} */
    public SignedLine verified(TrustedKeys trusted) {
        Matcher matcher = SIGNATURE.matcher(signature);
        if (!matcher.matches()) {
            throw damaged(what, "its second line is not a signature", null);
        }
        if (!matcher.group(1).equals(ALGORITHM)) {
            throw invalid("its algorithm is " + matcher.group(1) + ", which this version does not know");
        }
        String id = matcher.group(2);
        VerifyingKey key = trusted.find(id).orElseThrow(() -> unknown(id, trusted));
        if (!key.verifies(bytes, 0, length, decoded(matcher.group(3)))) {
            throw invalid("it does not match the content; the key is " + id);
        }
        return this;
    }

    public static UnderstudyException damaged(String what, String why, Throwable cause) {
        return new UnderstudyException(ErrorCode.MANIFEST_DAMAGED, "cannot read " + what + ": " + why, RESTORE, cause);
    }

    private byte[] decoded(String base64) {
        try {
            byte[] decoded = Base64.getDecoder().decode(base64);
            // A decoder overlooks the last bits of the last digit; nothing about a signed object may be overlooked.
            if (Base64.getEncoder().encodeToString(decoded).equals(base64)) {
                return decoded;
            }
            throw new IllegalArgumentException("its last digit has bits that mean nothing");
        } catch (IllegalArgumentException e) {
            throw damaged(what, "its signature is not Base64", e);
        }
    }

    private UnderstudyException unknown(String id, TrustedKeys trusted) {
        return new UnderstudyException(
                ErrorCode.SIGNER_UNKNOWN,
                "signature of " + what + " rejected: key " + id + " is not trusted; trusted are: " + trusted,
                "if that key belongs to your primary, add its public key to signing.trusted_keys");
    }

    private UnderstudyException invalid(String why) {
        return new UnderstudyException(
                ErrorCode.SIGNATURE_INVALID,
                "signature of " + what + " rejected: " + why,
                "the object was altered after it was signed: find out by whom before you go on");
    }

    private static int indexOfNewline(byte[] bytes, int from) {
        for (int at = from; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                return at;
            }
        }
        return -1;
    }
}
