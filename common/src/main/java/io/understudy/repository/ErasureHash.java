package io.understudy.repository;

import io.understudy.repository.blob.Naming;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hashes the keys of rows that were erased: HMAC-SHA256 (RFC 2104), the first 16 bytes, of the table's name and the
 * fields of the key. In an encrypted repository its key follows from the secret of names; in a plain one from the
 * repository's id, which anyone knows who reads the filestore, and with it all snapshots. So all servers of a site hash
 * alike, and no file has to be copied between them. Thread-safe.
 */
public final class ErasureHash {
    private static final String HMAC = "HmacSHA256";
    private static final int BYTES = 16;
    private static final byte[] PURPOSE = "erased rows".getBytes(StandardCharsets.US_ASCII);

    /** The first one for what is written, all for what is read. */
    private final List<SecretKeySpec> keys;

    private ErasureHash(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    static ErasureHash of(UUID repository, Naming naming) {
        byte[] id = repository.toString().getBytes(StandardCharsets.US_ASCII);
        SecretKeySpec plain = new SecretKeySpec(hash(new SecretKeySpec(id, HMAC), PURPOSE), HMAC);
        // What a repository remembered while it was plain stays remembered.
        return new ErasureHash(naming.erasureKey()
                .map(secret -> List.of(new SecretKeySpec(secret, HMAC), plain))
                .orElse(List.of(plain)));
    }

    /** For what is written, of a table. */
    public String table(String schema, String name) {
        return tables(schema, name).get(0);
    }

    /** For what is written, of a row. @param fields of its key in COPY's text format, as UTF-8 */
    public String row(String schema, String name, List<String> fields) {
        return rows(schema, name, fields).get(0);
    }

    List<String> tables(String schema, String name) {
        return all("table\t" + schema + "\t" + name);
    }

    List<String> rows(String schema, String name, List<String> fields) {
        return all("row\t" + schema + "\t" + name + "\t" + String.join("\t", fields));
    }

    private List<String> all(String what) {
        byte[] bytes = what.getBytes(StandardCharsets.UTF_8);
        return keys.stream().map(key -> text(hash(key, bytes))).toList();
    }

    private static String text(byte[] hash) {
        return Base64.getEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, BYTES));
    }

    private static byte[] hash(SecretKeySpec key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }
}
