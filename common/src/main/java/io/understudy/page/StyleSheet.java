package io.understudy.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The style of the page, which stands in the page itself, and the policy that lets a browser use this one alone. */
final class StyleSheet {
    static final String TEXT = read();

    /** Nothing is loaded, run, sent or framed; W3C Content Security Policy Level 3. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash()
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private StyleSheet() {}

    private static String read() {
        try (InputStream in = StyleSheet.class.getResourceAsStream("style.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash() {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(TEXT.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
