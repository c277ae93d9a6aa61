package io.understudy.dns;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;
import org.xbill.DNS.TSIG;

/**
 * A key of TSIG, from a file as BIND's {@code tsig-keygen} writes it:
 *
 * <pre>
 * key "understudy" {
 *     algorithm hmac-sha256;
 *     secret "…";
 * };
 * </pre>
 *
 * No text of it shows the secret.
 */
public final class TsigKey {
    private static final Pattern FORM = Pattern.compile("key\\s+\"?([A-Za-z0-9._-]+)\"?\\s*\\{(.*?)}", Pattern.DOTALL);
    private static final Pattern ALGORITHM = Pattern.compile("algorithm\\s+\"?([A-Za-z0-9.-]+)\"?\\s*;");
    private static final Pattern SECRET = Pattern.compile("secret\\s+\"?([A-Za-z0-9+/=]+)\"?\\s*;");
    private static final Set<PosixFilePermission> OWN =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    /** As RFC 8945 names them, by the names of Java. MD5 is left out. */
    private static final Map<String, String> ALGORITHMS = Map.of(
            "hmac-sha1", "HmacSHA1",
            "hmac-sha224", "HmacSHA224",
            "hmac-sha256", "HmacSHA256",
            "hmac-sha384", "HmacSHA384",
            "hmac-sha512", "HmacSHA512");

    private final String name;
    private final String algorithm;
    private final byte[] secret;

    TsigKey(String name, String algorithm, byte[] secret) {
        this.name = name.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
        this.algorithm = algorithm;
        this.secret = secret.clone();
    }

    /** @throws UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID} */
    public static TsigKey load(Path file) {
        try {
            if (!OWN.containsAll(Files.getPosixFilePermissions(file))) {
                throw invalid(file, "others than its owner may use it", "chmod 600 " + file);
            }
            return parse(file, Files.readString(file));
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.KEY_MISSING,
                    "cannot read the key of DNS updates, " + file + ": " + e,
                    "make it with tsig-keygen, readable for the agents' user alone, or correct dns.update.key",
                    e);
        }
    }

    private static TsigKey parse(Path file, String text) {
        String hint = "give a file as tsig-keygen writes it: key \"name\" { algorithm hmac-sha256; secret \"…\"; };";
        Matcher key = FORM.matcher(text.replaceAll("(?m)(//|#).*$", ""));
        Optional<String> body = key.find() ? Optional.of(key.group(2)) : Optional.empty();
        Optional<String> algorithm = body.flatMap(inner -> first(ALGORITHM, inner))
                .map(word -> word.toLowerCase(Locale.ROOT).replaceAll("\\.$", ""));
        Optional<String> secret = body.flatMap(inner -> first(SECRET, inner));
        if (algorithm.isEmpty() || secret.isEmpty()) {
            throw invalid(file, "it holds no key", hint);
        }
        if (!ALGORITHMS.containsKey(algorithm.get())) {
            throw invalid(file, "algorithm " + algorithm.get() + " is not supported", "use hmac-sha256");
        }
        try {
            return new TsigKey(
                    key.group(1), algorithm.get(), Base64.getDecoder().decode(secret.get()));
        } catch (IllegalArgumentException e) {
            // Its message would quote the secret.
            throw invalid(file, "its secret is no base64", hint);
        }
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static UnderstudyException invalid(Path file, String why, String hint) {
        return new UnderstudyException(
                ErrorCode.KEY_INVALID, "cannot use the key of DNS updates, " + file + ": " + why, hint);
    }

    public String name() {
        return name;
    }

    String algorithm() {
        return algorithm;
    }

    /** @param clock of the signatures */
    TSIG tsig(Clock clock) {
        SecretKeySpec key = new SecretKeySpec(secret, ALGORITHMS.get(algorithm));
        return new TSIG(TSIG.algorithmToName(algorithm), DnsMessage.name(name), key, clock);
    }

    @Override
    public String toString() {
        return "key " + name + " (" + algorithm + ")";
    }
}
