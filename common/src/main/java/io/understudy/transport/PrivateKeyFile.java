package io.understudy.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A private key for TLS: PEM, PKCS#8, without a password. */
final class PrivateKeyFile {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA");

    private PrivateKeyFile() {}

    /** @throws GeneralSecurityException when the file holds no such key */
    static PrivateKey read(Path file) throws IOException, GeneralSecurityException {
        Matcher pem = PEM.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new InvalidKeySpecException("no private key in " + file);
        }
        PKCS8EncodedKeySpec encoded;
        try {
            encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("the private key in " + file + " is damaged", e);
        }
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // Of another algorithm: the next attempt shows it.
                continue;
            }
        }
        throw new InvalidKeySpecException("the private key in " + file + " is neither RSA nor ECDSA");
    }

    /** @throws GeneralSecurityException when the two are not of one pair */
    static void requirePair(PrivateKey own, PublicKey shown) throws GeneralSecurityException {
        byte[] probe = "of one pair".getBytes(StandardCharsets.US_ASCII);
        Signature signer = Signature.getInstance(signature(own));
        signer.initSign(own);
        signer.update(probe);
        byte[] signed = signer.sign();
        signer.initVerify(shown);
        signer.update(probe);
        if (!signer.verify(signed)) {
            throw new GeneralSecurityException("the key is not that of the certificate");
        }
    }

    private static String signature(PrivateKey key) {
        return key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    }
}
