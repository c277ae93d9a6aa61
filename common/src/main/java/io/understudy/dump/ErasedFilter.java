package io.understudy.dump;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Sha256;
import io.understudy.postgres.ServerEncoding;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Manifest;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.digest.RowReader;
import io.understudy.repository.digest.RowReader.RowTooLong;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The rows of a snapshot without those that were erased, nor what refers to these: as if they were deleted by the
 * foreign keys of the snapshot. A reference that is {@code ON DELETE SET NULL} becomes null, with any other one its row
 * is left out. The tables in question are read once more for that, those that refer to themselves several times.
 * Memory: the values that are referred to, of rows that are left out. Not thread-safe.
 */
final class ErasedFilter {
    private final BlobSource blobs;
    private final ErasedKeys erased;
    private final Instant moment;
    private final Charset charset;
    private final Map<String, TableData> tables = new LinkedHashMap<>();
    private final Map<String, Set<String>> ancestors;
    private final List<ForeignKey> links;
    /** What is referred to and left out. */
    private final Map<ForeignKey, Set<List<String>>> lost = new HashMap<>();

    /** How many rows of each table are left out, by its qualified name. */
    private final Map<String, Long> counts = new HashMap<>();
    /** Of what is left out. */
    private final MessageDigest digest = Sha256.digest();

    private final String fingerprint;

    /** For people, by the table's name. */
    private final Map<String, String> leftOut = new TreeMap<>();

    /** Reads what there is to leave out. @param erased those that this snapshot may have */
    ErasedFilter(Manifest manifest, BlobSource blobs, Choice choice, ErasedKeys erased) {
        DatabaseData database = manifest.database();
        this.blobs = blobs;
        this.erased = erased;
        this.moment = manifest.moment();
        this.charset = ServerEncoding.charset(database.properties().encoding());
        this.ancestors = choice.graph().ancestors();
        this.links = choice.references();
        try (Stream<TableData> all = database.tables(blobs)) {
            all.filter(choice::holds).forEach(each -> tables.put(DatabaseDump.qualified(each), each));
        }
        Set<String> open = new LinkedHashSet<>();
        tables.forEach((name, table) -> {
            if (erased.has(table.schema(), table.name())) {
                open.add(name);
            }
        });
        while (!open.isEmpty()) {
            String next = open.iterator().next();
            open.remove(next);
            search(next, open);
        }
        fingerprint = HexFormat.of().formatHex(digest.digest());
    }

    /** Equal for two of the same snapshot that leave out the same rows. */
    String fingerprint() {
        return fingerprint;
    }

    /** How many rows of this table are left out. */
    long leftOut(TableData table) {
        return counts.getOrDefault(DatabaseDump.qualified(table), 0L);
    }

    /** How many rows of which tables are left out, and why, for people. */
    List<String> leftOut() {
        return List.copyOf(leftOut.values());
    }

    /** All rows that remain, as COPY writes them. Close it. */
    InputStream rows(TableData table) {
        InputStream all = TableRows.all(table, blobs);
        return touches(table) ? new Remaining(table, all) : all;
    }

    /** Whether these may differ from all that the snapshot has. */
    boolean touches(TableData table) {
        return erased.has(table.schema(), table.name())
                || links.stream().anyMatch(link -> lost.containsKey(link) && isOf(table, link.from()));
    }

    private boolean isOf(TableData table, String name) {
        String own = DatabaseDump.qualified(table);
        return own.equals(name) || ancestors.getOrDefault(own, Set.of()).contains(name);
    }

    /** @param open receives the tables that refer to what was found */
    private void search(String name, Set<String> open) {
        TableData table = tables.get(name);
        List<ForeignKey> referring =
                links.stream().filter(link -> isOf(table, link.to())).toList();
        long gone = 0;
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        Set<ForeignKey> grown = new HashSet<>();
        Lines lines = new Lines(table);
        try (RowReader reader = new RowReader(TableRows.all(table, blobs))) {
            while (reader.next()) {
                String[] fields = lines.fields(reader);
                if (!lines.goes(fields)) {
                    continue;
                }
                gone++;
                digest.update(reader.buffer(), reader.start(), reader.end() - reader.start());
                digest.update((byte) '\n');
                for (ForeignKey link : referring) {
                    List<String> values = lines.values(fields, link.referenced());
                    if (!values.contains(Lines.NULL)
                            && lost.computeIfAbsent(link, none -> new HashSet<>())
                                    .add(values)) {
                        grown.add(link);
                    }
                }
            }
        } catch (RowTooLong e) {
            throw tooLong(table, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (gone > 0) {
            counts.put(name, gone);
            String ref = table.schema() + "." + table.name();
            leftOut.put(ref, text(ref, gone, erased.has(table.schema(), table.name())));
        }
        for (ForeignKey link : grown) {
            if (link.nulled().isEmpty()) {
                tables.values().stream()
                        .filter(each -> isOf(each, link.from()))
                        .forEach(each -> open.add(DatabaseDump.qualified(each)));
            }
        }
    }

    private static UnderstudyException tooLong(TableData table, RowTooLong cause) {
        return new UnderstudyException(
                ErrorCode.FILE_UNSUPPORTED,
                "cannot leave erased rows out of " + Sql.qualified(table.schema(), table.name())
                        + ": one of its rows is longer than 32 MiB",
                "--include-erased restores the table as it was; delete the rows there afterwards",
                cause);
    }

    /** What of a table's lines remains. */
    private final class Lines {
        static final String NULL = "\\N";

        private final TableData table;
        private final List<ForeignKey> own;
        /** Where columns are, by their names: rows are many. */
        private final Map<String, Integer> places = new HashMap<>();

        Lines(TableData table) {
            this.table = table;
            this.own = links.stream().filter(link -> isOf(table, link.from())).toList();
            for (int i = 0; i < table.columns().size(); i++) {
                places.put(table.columns().get(i), i);
            }
        }

        /** A character for each byte. */
        String[] fields(RowReader reader) {
            return new String(
                            reader.buffer(), reader.start(), reader.end() - reader.start(), StandardCharsets.ISO_8859_1)
                    .split("\t", -1);
        }

        List<String> values(String[] fields, List<String> columns) {
            return columns.stream()
                    .map(each -> places.getOrDefault(each, fields.length))
                    .map(at -> at >= fields.length ? NULL : fields[at])
                    .toList();
        }

        boolean goes(String[] fields) {
            List<String> key = values(fields, table.key()).stream()
                    .map(each -> new String(each.getBytes(StandardCharsets.ISO_8859_1), charset))
                    .toList();
            return erased.has(table.schema(), table.name(), key, moment)
                    || own.stream().anyMatch(link -> link.nulled().isEmpty() && refersToLost(link, fields));
        }

        private boolean refersToLost(ForeignKey link, String[] fields) {
            return lost.getOrDefault(link, Set.of()).contains(values(fields, link.columns()));
        }

        /** Whether a reference became null. */
        boolean setNull(String[] fields) {
            boolean changed = false;
            for (ForeignKey link : own) {
                if (!link.nulled().isEmpty() && refersToLost(link, fields)) {
                    for (String column : link.nulled()) {
                        fields[places.get(column)] = NULL;
                        changed = true;
                    }
                }
            }
            return changed;
        }
    }

    private final class Remaining extends InputStream {
        private final TableData table;
        private final Lines lines;
        private final RowReader reader;
        private byte[] line = new byte[0];
        private int at;
        private int end;

        Remaining(TableData table, InputStream all) {
            this.table = table;
            this.lines = new Lines(table);
            this.reader = new RowReader(all);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (at == end && !next()) {
                return -1;
            }
            int count = Math.min(length, end - at);
            System.arraycopy(line, at, target, offset, count);
            at += count;
            return count;
        }

        private boolean next() throws IOException {
            try {
                while (reader.next()) {
                    String[] fields = lines.fields(reader);
                    if (lines.goes(fields)) {
                        continue;
                    }
                    line = lines.setNull(fields)
                            ? (String.join("\t", fields) + "\n").getBytes(StandardCharsets.ISO_8859_1)
                            : Arrays.copyOfRange(reader.buffer(), reader.start(), reader.end() + 1);
                    at = 0;
                    end = line.length;
                    return true;
                }
                return false;
            } catch (RowTooLong e) {
                throw tooLong(table, e);
            }
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /** {@code left out: 3 rows of public.users …}. */
    private static String text(String table, long rows, boolean ofTable) {
        return "left out: " + rows + (rows == 1 ? " row" : " rows") + " of " + table
                + (ofTable ? ", erased or with what was erased" : ", with erased rows that it refers to")
                + "; --include-erased brings " + (rows == 1 ? "it" : "them") + " back";
    }
}
