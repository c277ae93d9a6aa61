package io.understudy.dns;

import io.understudy.dns.DnsMessage.Signature;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a message with a key that both sides know, and verifies the answer to it.
 *
 * <p>Source: RFC 8945, "Secret Key Transaction Authentication for DNS (TSIG)", 4.2, 4.3 and 5.3.
 */
final class Tsig {
    private static final int CLASS_ANY = 255;
    private static final int FUDGE = 300;
    private static final String[] ERRORS = {"BADSIG", "BADKEY", "BADTIME", "BADMODE", "BADNAME", "BADALG", "BADTRUNC"};
    private static final int FIRST_ERROR = 16;

    private final TsigKey key;
    private final Clock clock;

    Tsig(TsigKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
    }

    /** @param message as sent, and the MAC, which the answer's is made of */
    record Signed(byte[] message, byte[] mac) {}

    Signed sign(byte[] message) {
        long time = clock.instant().getEpochSecond();
        byte[] mac = mac(message, variables(time, FUDGE, 0, new byte[0]));
        byte[] data = new MessageWriter()
                .name(key.algorithm())
                .u48(time)
                .u16(FUDGE)
                .u16(mac.length)
                .bytes(mac)
                .bytes(Arrays.copyOf(message, 2))
                .u16(0)
                .u16(0)
                .toBytes();
        byte[] signed = new MessageWriter()
                .bytes(message)
                .record(key.name(), RecordType.TSIG.number(), CLASS_ANY, 0, data)
                .toBytes();
        signed[11]++;
        return new Signed(signed, mac);
    }

    /**
     * @param answer as received
     * @param request the MAC of the question
     * @throws DnsException when it is not signed with the key, or the server refused the signature
     */
    void verify(byte[] answer, byte[] request) throws DnsException {
        Signature signature =
                DnsMessage.parse(answer).signature().orElseThrow(() -> new DnsException("the answer is not signed"));
        if (signature.error() != 0) {
            throw new DnsException("the server refuses key " + key.name() + ": " + error(signature.error()));
        }
        byte[] unsigned = Arrays.copyOf(answer, signature.at());
        unsigned[11]--;
        byte[] own = mac(
                new MessageWriter().u16(request.length).bytes(request).toBytes(),
                unsigned,
                variables(signature.time(), signature.fudge(), signature.error(), signature.other()));
        boolean known =
                signature.key().equals(key.name()) && signature.algorithm().equals(key.algorithm());
        if (!known || !MessageDigest.isEqual(own, signature.mac())) {
            throw new DnsException("the answer is not signed with key " + key.name());
        }
        Instant at = Instant.ofEpochSecond(signature.time());
        if (Math.abs(at.getEpochSecond() - clock.instant().getEpochSecond()) > signature.fudge()) {
            throw new DnsException("the answer was signed at " + at + ": a clock is wrong");
        }
    }

    private byte[] variables(long time, int fudge, int error, byte[] other) {
        return new MessageWriter()
                .name(key.name())
                .u16(CLASS_ANY)
                .u32(0)
                .name(key.algorithm())
                .u48(time)
                .u16(fudge)
                .u16(error)
                .u16(other.length)
                .bytes(other)
                .toBytes();
    }

    private byte[] mac(byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(key.javaAlgorithm());
            mac.init(new SecretKeySpec(key.secret(), key.javaAlgorithm()));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String error(int code) {
        int index = code - FIRST_ERROR;
        return index >= 0 && index < ERRORS.length ? ERRORS[index] : "error " + code;
    }
}
