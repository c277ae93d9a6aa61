package io.understudy.postgres;

import io.understudy.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * The names of the databases around a site's own, defined here alone. PostgreSQL clips longer names silently, so a name
 * that would pass {@value #LONGEST} bytes is shortened in its middle and keeps a hash of the whole: two long sites
 * never share a spare.
 *
 * @param live carries the site's name
 * @param spare the one that the next snapshot is loaded into
 * @param previous N-1
 */
public record DatabaseNames(String live, String spare, String previous) {
    /** Bytes of a PostgreSQL identifier in UTF-8. */
    public static final int LONGEST = 63;

    private static final int HASH_DIGITS = 8;
    private static final int MOST_RETIRED = 9;

    public static DatabaseNames of(String site) {
        return new DatabaseNames(site, with(site, "_understudy_spare"), with(site, "_understudy_previous"));
    }

    /**
     * A name for a database that Understudy found and keeps for the operator.
     *
     * @param attempt from 1; names of different attempts differ
     */
    public String aside(int attempt) {
        return with(live, "_before_understudy" + (attempt == 1 ? "" : "_" + attempt));
    }

    /** Of the database in which a standby keeps revisions of rows. */
    public String history() {
        return with(live, "_history");
    }

    /** Of the copy that a drill starts a site on. */
    public String drill() {
        return with(live, "_drill");
    }

    /** Whether {@link #aside} gave this name. */
    public boolean isAside(String name) {
        String digits = name.replaceFirst(".*_before_understudy_?", "");
        if (!digits.matches("\\d{0,6}")) {
            return false;
        }
        return name.equals(aside(digits.isEmpty() ? 1 : Integer.parseInt(digits)));
    }

    /**
     * A name for a database that Understudy gave up and that is to be dropped. It carries the OID, so a database of
     * this name is known for what it is without any other record, and a copy or a namesake is not.
     *
     * @param taken names that other databases have
     */
    public String retired(long oid, Collection<String> taken) {
        int attempt = 1;
        while (taken.contains(retired(oid, attempt))) {
            attempt++;
        }
        return retired(oid, attempt);
    }

    /** Whether {@link #retired} gave this name to the database of this OID. */
    public boolean isRetired(String name, long oid) {
        return IntStream.rangeClosed(1, MOST_RETIRED)
                .anyMatch(attempt -> retired(oid, attempt).equals(name));
    }

    private String retired(long oid, int attempt) {
        return with(live, "_understudy_retired_" + oid + (attempt == 1 ? "" : "_" + attempt));
    }

    /**
     * A name that lives inside one transaction or until a new database has been recorded; {@code nonce} is what makes
     * it Understudy's own.
     */
    public String passing(String nonce) {
        return with(live, "_understudy_" + nonce);
    }

    private static String with(String site, String suffix) {
        if (bytes(site) + bytes(suffix) <= LONGEST) {
            return site + suffix;
        }
        String end = "_" + hash(site) + suffix;
        return clipped(site, LONGEST - bytes(end)) + end;
    }

    private static String clipped(String text, int bytes) {
        int end = 0;
        for (int next; end < text.length(); end = next) {
            next = text.offsetByCodePoints(end, 1);
            if (bytes(text.substring(0, next)) > bytes) {
                break;
            }
        }
        return text.substring(0, end);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String hash(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.of(bytes, 0, bytes.length)).substring(0, HASH_DIGITS);
    }
}
