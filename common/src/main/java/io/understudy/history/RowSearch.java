package io.understudy.history;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.RowReader;
import io.understudy.repository.digest.RowReader.RowTooLong;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Looks for rows of a table by the values of some columns, in one snapshot after the other. Snapshots share the blobs
 * of what did not change: each blob is read once, while the snapshots that name it follow each other. Holds what
 * matched. Not thread-safe.
 */
final class RowSearch {
    private final List<String> columns;
    private final Set<List<String>> wanted;
    private final Optional<AlikeValues> alike;
    private final LongConsumer progress;
    private Map<List<BlobId>, List<String>> known = Map.of();
    private Map<List<BlobId>, List<String>> here = new HashMap<>();
    private List<String> shape = List.of();
    private long read;

    /**
     * @param columns that are looked at
     * @param wanted their values, in COPY's text format
     * @param progress receives the bytes that are read
     */
    RowSearch(List<String> columns, Set<List<String>> wanted, LongConsumer progress) {
        this(columns, wanted, Optional.empty(), progress);
    }

    /**
     * Of rows whose values are the same as some, however they are written: each blob is read once more for those that
     * it has.
     */
    RowSearch(List<String> columns, AlikeValues alike, LongConsumer progress) {
        this(columns, Set.of(), Optional.of(alike), progress);
    }

    private RowSearch(
            List<String> columns, Set<List<String>> wanted, Optional<AlikeValues> alike, LongConsumer progress) {
        this.columns = columns;
        this.wanted = wanted;
        this.alike = alike;
        this.progress = progress;
    }

    /**
     * The rows of this table; none where it lacks one of the columns.
     *
     * @throws UnderstudyException {@code FILE_UNSUPPORTED} where a row is too long, {@code BLOB_*}
     */
    List<StoredRow> look(TableData table, Charset charset, BlobSource blobs) {
        if (!table.columns().containsAll(columns)) {
            return List.of();
        }
        List<String> now = new ArrayList<>(table.columns());
        now.add(charset.name());
        if (!shape.equals(now)) {
            known = Map.of();
            shape = now;
        }
        here = new HashMap<>();
        Scan scan = new Scan(table, charset, blobs);
        List<StoredRow> rows = scan.rows().stream()
                .map(line -> StoredRow.of(table, new String(line.getBytes(StandardCharsets.ISO_8859_1), charset)))
                .toList();
        known = here;
        return rows;
    }

    private final class Scan {
        private final TableData table;
        private final BlobSource blobs;
        private final Charset charset;
        private final int[] places;
        private final int[] key;
        private final Set<List<String>> raw;

        Scan(TableData table, Charset charset, BlobSource blobs) {
            this.table = table;
            this.blobs = blobs;
            this.charset = charset;
            this.places = places(table, columns);
            this.key = places(table, table.key());
            this.raw = raw(wanted);
        }

        private Set<List<String>> raw(Set<List<String>> values) {
            return values.stream()
                    .map(each -> each.stream()
                            .map(field -> new String(field.getBytes(charset), StandardCharsets.ISO_8859_1))
                            .toList())
                    .collect(Collectors.toSet());
        }

        private Set<List<String>> alike(AlikeValues values, List<BlobRef> run) {
            Set<List<String>> here = new LinkedHashSet<>();
            read(run, lines -> here.add(fields(lines.buffer(), lines.start(), lines.end(), places)));
            List<List<String>> all = here.stream()
                    .map(each -> each.stream()
                            .map(field -> new String(field.getBytes(StandardCharsets.ISO_8859_1), charset))
                            .toList())
                    .toList();
            return raw(values.among(all));
        }

        private static int[] places(TableData table, List<String> names) {
            return names.stream().mapToInt(table.columns()::indexOf).toArray();
        }

        /** Lines, a character for each byte. */
        List<String> rows() {
            Map<List<String>, String> rows = new LinkedHashMap<>();
            add(table.content().base(), rows);
            for (TableDelta delta : table.content().deltas()) {
                if (!rows.isEmpty()) {
                    remove(delta.gone(), rows);
                }
                add(delta.came(), rows);
            }
            return List.copyOf(rows.values());
        }

        private void add(StreamRef stream, Map<List<String>, String> rows) {
            Iterator<BlobRef> all = stream.blobs(blobs);
            while (all.hasNext()) {
                List<BlobRef> run = run(all);
                List<BlobId> ids = run.stream().map(BlobRef::id).toList();
                List<String> matched = known.get(ids);
                here.put(ids, matched == null ? matched(run) : matched);
                for (String line : here.get(ids)) {
                    byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
                    List<String> id = key.length == 0
                            ? List.of(Integer.toString(rows.size()))
                            : fields(bytes, 0, bytes.length, key);
                    rows.put(id, line);
                }
            }
        }

        private List<String> matched(List<BlobRef> run) {
            List<String> matched = new ArrayList<>();
            Set<List<String>> values = alike.map(each -> alike(each, run)).orElse(raw);
            if (values.isEmpty()) {
                return matched;
            }
            read(run, lines -> {
                if (values.contains(fields(lines.buffer(), lines.start(), lines.end(), places))) {
                    matched.add(text(lines.buffer(), lines.start(), lines.end()));
                }
            });
            return matched;
        }

        /** Keys that go. */
        private void remove(StreamRef stream, Map<List<String>, String> rows) {
            int[] all = new int[key.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = i;
            }
            Iterator<BlobRef> parts = stream.blobs(blobs);
            while (parts.hasNext()) {
                read(run(parts), lines -> rows.remove(fields(lines.buffer(), lines.start(), lines.end(), all)));
            }
        }

        /** A blob, with those that the last row of it goes on in. */
        private static List<BlobRef> run(Iterator<BlobRef> all) {
            List<BlobRef> run = new ArrayList<>(1);
            do {
                run.add(all.next());
            } while (run.get(run.size() - 1).continues() && all.hasNext());
            return run;
        }

        private interface Line {
            void at(RowReader lines);
        }

        private void read(List<BlobRef> run, Line line) {
            List<InputStream> parts = new ArrayList<>();
            run.forEach(blob -> parts.add(blobs.open(blob)));
            try (RowReader lines = new RowReader(new SequenceInputStream(Collections.enumeration(parts)))) {
                while (lines.next()) {
                    line.at(lines);
                }
                read += lines.bytes();
                progress.accept(read);
            } catch (RowTooLong e) {
                throw new UnderstudyException(
                        ErrorCode.FILE_UNSUPPORTED,
                        "cannot search the rows of " + TableRef.of(table) + ": one of them is longer than 32 MiB",
                        "dump it: dump ID --table " + TableRef.of(table) + " --data-only",
                        e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String text(byte[] buffer, int start, int end) {
        return new String(buffer, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The fields at these places, a character for each byte. */
    private static List<String> fields(byte[] buffer, int start, int end, int[] places) {
        String[] found = new String[places.length];
        int place = 0;
        int from = start;
        for (int at = start; at <= end; at++) {
            if (at == end || buffer[at] == '\t') {
                for (int i = 0; i < places.length; i++) {
                    if (places[i] == place) {
                        found[i] = text(buffer, from, at);
                    }
                }
                place++;
                from = at + 1;
            }
        }
        return List.of(found);
    }
}
