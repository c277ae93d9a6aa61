package io.understudy.rehearsal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Keys and passwords, fresh for every rehearsal. */
public final class Keys {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Keys() {}

    /** A password of twice as many hexadecimal digits. */
    public static String random(int bytes) {
        byte[] value = new byte[bytes];
        RANDOM.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }

    /**
     * What PostgreSQL keeps of a password, to be given to it in the password's place (RFC 5803). One iteration instead
     * of 4096, which are most of what a connection costs: who may read it here has the password too.
     */
    public static String verifier(String password) {
        byte[] salt = new byte[16];
        RANDOM.nextBytes(salt);
        try {
            // The first block of PBKDF2, which is salted with its number.
            byte[] salted = hmac(
                    password.getBytes(StandardCharsets.UTF_8),
                    ByteBuffer.allocate(20).put(salt).putInt(1).array());
            byte[] stored = MessageDigest.getInstance("SHA-256")
                    .digest(hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII)));
            byte[] server = hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
            Base64.Encoder base64 = Base64.getEncoder();
            return "SCRAM-SHA-256$1:" + base64.encodeToString(salt) + "$" + base64.encodeToString(stored) + ":"
                    + base64.encodeToString(server);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
        return mac.doFinal(message);
    }

    /** A signing key pair as {@code openssl genpkey -algorithm ed25519} and {@code openssl pkey -pubout} write it. */
    public static void writePair(Path privateKey, Path publicKey) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            Folders.writeSecret(privateKey, pem("PRIVATE KEY", pair.getPrivate()));
            Folders.write(publicKey, pem("PUBLIC KEY", pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String kind, Key key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
    }
}
