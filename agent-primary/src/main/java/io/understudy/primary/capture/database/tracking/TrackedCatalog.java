package io.understudy.primary.capture.database.tracking;

import io.understudy.files.Sha256;
import io.understudy.postgres.Row;
import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode.TableName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the catalogs of a frozen moment say that decides whether rows that were read earlier are still the rows.
 *
 * @param seen {@code pg_current_snapshot()}
 * @param types a fingerprint of what the text of a value depends on: types and labels of the site, the server's version
 * @param archive a fingerprint of all that pg_dump reads but the rows of carried tables; empty where there are large
 *     objects, whose changes nothing shows
 * @param shapes of all tables that COPY may carry, by name
 */
public record TrackedCatalog(String seen, String types, String archive, Map<TableName, Shape> shapes) {
    /**
     * A table apart from its rows. Each version of a catalog's row has another {@code xmin}, so this differs whenever
     * the table was altered, also where the alteration was undone; and after TRUNCATE and what else gives it a new
     * file.
     *
     * @param stamp a fingerprint
     * @param logged whether decoding shows that rows changed
     * @param keyed whether each change of a row names its key
     * @param keyTypes as SQL names them, in the key's order
     */
    public record Shape(String stamp, boolean logged, boolean keyed, List<String> keyTypes) {}

    private static final String SHAPES = """
            SELECT n.nspname AS schema, c.relname AS name,
                md5(concat_ws(' ', c.oid, c.relfilenode, c.xmin, i.indexrelid, i.xmin,
                    (SELECT string_agg(concat_ws(' ', a.attnum, a.xmin), ',' ORDER BY a.attnum)
                        FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0))) AS stamp,
                c.relpersistence = 'p' AND m.amname = 'heap' AS logged,
                i.indisvalid AND i.indimmediate AND k.simple
                    AND (c.relreplident IN ('d', 'f') OR c.relreplident = 'i' AND i.indisreplident) AS keyed,
                k.types
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
            LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
            LEFT JOIN LATERAL (
                SELECT array_agg(pg_catalog.format_type(a.atttypid, -1) ORDER BY p.place) AS types,
                    bool_and(t.typarray <> 0 AND t.typcategory <> 'A') AS simple
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS p(number, place)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number
                JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                WHERE p.place <= i.indnkeyatts) k ON true
            WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
            """;

    /** Adds up, so that the order does not matter; each part is a number of rows and a sum of their hashes. */
    private static final String SUM =
            "concat_ws(' ', count(*), sum(pg_catalog.hashtextextended(concat_ws(' ', %s), 0)))";

    private static final String TYPES = """
            WITH used AS (
                SELECT atttypid AS type FROM pg_catalog.pg_attribute UNION SELECT typbasetype FROM pg_catalog.pg_type
                UNION SELECT rngsubtype FROM pg_catalog.pg_range),
            rows AS (
                SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_type t ON t.oid = c.reltype
                WHERE c.relpersistence <> 't' AND (c.relkind = 'c' OR t.oid IN (SELECT type FROM used) OR t.typarray IN (SELECT type FROM used)))
            """
            + "SELECT concat_ws(';', pg_catalog.version(), (SELECT " + SUM.formatted("t.oid, t.xmin, o.xmin")
            + """
                 FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
                 JOIN pg_catalog.pg_proc o ON o.oid = t.typoutput
                 WHERE t.typrelid = 0 AND coalesce(e.typrelid, 0) = 0),
                """ + "(SELECT " + SUM.formatted("oid, xmin") + " FROM pg_catalog.pg_enum), "
            + "(SELECT " + SUM.formatted("oid, xmin") + " FROM pg_catalog.pg_extension), "
            + "(SELECT " + SUM.formatted("attrelid, attnum, xmin")
            + " FROM pg_catalog.pg_attribute WHERE attrelid IN (SELECT oid FROM rows))) AS types";

    public TrackedCatalog {
        shapes = Map.copyOf(shapes);
    }

    /**
     * @param session in the moment
     * @param fingerprint of the moment
     */
    public static TrackedCatalog read(Session session, CatalogFingerprint fingerprint) {
        Map<TableName, Shape> shapes = new HashMap<>();
        session.query(SHAPES, row -> shapes.put(new TableName(row.text("schema"), row.text("name")), shape(row)));
        return new TrackedCatalog(
                seen(session),
                text(session, "SELECT pg_catalog.md5(types) AS value FROM (" + TYPES + ") t"),
                archive(session, fingerprint),
                shapes);
    }

    /** What a later moment says, whose catalogs have the same fingerprint. */
    public TrackedCatalog again(Session session, CatalogFingerprint fingerprint) {
        return new TrackedCatalog(seen(session), types, archive(session, fingerprint), shapes);
    }

    private static String seen(Session session) {
        return text(session, "SELECT pg_catalog.pg_current_snapshot()::text AS value");
    }

    private static String archive(Session session, CatalogFingerprint fingerprint) {
        return session.number("SELECT count(*) FROM (SELECT FROM pg_catalog.pg_largeobject_metadata LIMIT 1) l") > 0
                ? ""
                : fingerprint.archive();
    }

    /**
     * A fingerprint of all that pg_dump writes. The rows that it keeps are those of tables that COPY does not carry:
     * all the same but for decoded changes.
     *
     * @param carried whose rows COPY carries
     * @param dump the version of pg_dump
     * @return empty where it cannot be known whether pg_dump would write the same again
     */
    String archiveBut(Set<TableName> carried, String dump) {
        boolean unseen = shapes.entrySet().stream()
                .anyMatch(entry ->
                        !carried.contains(entry.getKey()) && !entry.getValue().logged());
        if (archive.isEmpty() || unseen) {
            return "";
        }
        MessageDigest hash = Sha256.digest();
        shapes.entrySet().stream()
                .map(entry -> entry.getKey()
                        + (carried.contains(entry.getKey())
                                ? "\n"
                                : entry.getValue().stamp() + "\n"))
                .sorted()
                .forEach(line -> hash.update(line.getBytes(StandardCharsets.UTF_8)));
        return archive + " " + HexFormat.of().formatHex(hash.digest()) + " " + dump;
    }

    private static Shape shape(Row row) throws SQLException {
        return new Shape(row.text("stamp"), row.flag("logged"), row.flag("keyed"), row.texts("types"));
    }

    private static String text(Session session, String query) {
        return session.first(query, row -> row.text("value")).orElseThrow();
    }
}
