package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Sql;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The COPY statements that read the rows of some keys, a batch each. A row is read once, though two texts may be equal
 * keys to its type: it is asked for by a semijoin.
 */
public final class KeyedCopies implements Iterable<String> {
    private static final int BATCH_KEYS = 2000;
    private static final int BATCH_CHARS = 256 << 10;

    private final SourceTable table;
    private final List<String> types;
    private final Collection<String> keys;
    private final String encoding;

    /** @param keys as lines, one char a byte */
    KeyedCopies(SourceTable table, List<String> types, Collection<String> keys, String encoding) {
        this.table = table;
        this.types = List.copyOf(types);
        this.keys = keys;
        this.encoding = encoding;
    }

    /** Whether statements in Java's characters can name the keys: those that are not ASCII only in UTF8. */
    static boolean canName(Collection<String> keys, String encoding) {
        return encoding.equals("UTF8")
                || keys.stream().allMatch(key -> key.chars().allMatch(c -> c < 0x80));
    }

    @Override
    public Iterator<String> iterator() {
        Iterator<String> rest = keys.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rest.hasNext();
            }

            @Override
            public String next() {
                if (!rest.hasNext()) {
                    throw new NoSuchElementException();
                }
                return batch(rest);
            }
        };
    }

    private String batch(Iterator<String> rest) {
        List<StringBuilder> arrays =
                types.stream().map(type -> new StringBuilder("{")).toList();
        int chars = 0;
        for (int i = 0; i < BATCH_KEYS && chars < BATCH_CHARS && rest.hasNext(); i++) {
            String key = rest.next();
            String[] values = KeyLine.values(key);
            for (int column = 0; column < values.length; column++) {
                element(arrays.get(column).append(i == 0 ? "" : ","), values[column]);
            }
            chars += key.length();
        }
        String columns = names(table.columns());
        String unnested = IntStream.range(0, types.size())
                .mapToObj(i -> "pg_catalog.unnest("
                        + Sql.literal(arrays.get(i).append('}').toString()) + "::" + types.get(i) + "[])")
                .collect(Collectors.joining(", "));
        return "COPY (SELECT " + columns + " FROM ONLY " + table.qualified() + " WHERE (" + names(table.key())
                + ") IN (SELECT * FROM ROWS FROM (" + unnested + "))) TO STDOUT (FORMAT text, ENCODING "
                + Sql.literal(encoding) + ")";
    }

    private void element(StringBuilder array, String bytes) {
        Charset charset = encoding.equals("UTF8") ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII;
        String value = new String(bytes.getBytes(StandardCharsets.ISO_8859_1), charset);
        Sql.element(array, value);
    }

    private static String names(List<String> columns) {
        return columns.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }
}
