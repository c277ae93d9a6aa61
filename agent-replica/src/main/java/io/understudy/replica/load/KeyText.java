package io.understudy.replica.load;

import io.understudy.postgres.CopyText;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.digest.Lines;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The keys of rows in COPY's text format, as arrays in the text that PostgreSQL reads. */
final class KeyText {
    private final int[] keyOfField;
    private final int size;
    private final int last;

    /** @param fields the columns of the lines; the table's key is among them */
    KeyText(TableData table, List<String> fields) {
        keyOfField = new int[fields.size()];
        Arrays.fill(keyOfField, -1);
        size = table.key().size();
        int highest = -1;
        for (int i = 0; i < size; i++) {
            int field = fields.indexOf(table.key().get(i));
            keyOfField[field] = i;
            highest = Math.max(highest, field);
        }
        last = highest;
    }

    /** Whether all keys are ASCII: then their text is the same in every encoding. */
    boolean arePlain(Lines rows) throws IOException {
        boolean[] plain = {true};
        read(rows, keys -> {
            for (byte[] key : keys) {
                for (byte b : key) {
                    plain[0] &= b >= 0;
                }
            }
        });
        return plain[0];
    }

    /** Gives an array for each column of the key, with so many rows at most, until all were given. */
    void batches(Lines rows, int most, Consumer<List<String>> batch) throws IOException {
        StringBuilder[] arrays = new StringBuilder[size];
        int[] count = new int[1];
        Runnable flush = () -> {
            batch.accept(Arrays.stream(arrays).map(array -> array + "}").toList());
            count[0] = 0;
        };
        read(rows, keys -> {
            for (int i = 0; i < size; i++) {
                if (count[0] == 0) {
                    arrays[i] = new StringBuilder("{");
                } else {
                    arrays[i].append(',');
                }
                Sql.element(arrays[i], CopyText.unescape(new String(keys[i], StandardCharsets.US_ASCII)));
            }
            if (++count[0] == most) {
                flush.run();
            }
        });
        if (count[0] > 0) {
            flush.run();
        }
    }

    private void read(Lines rows, Consumer<byte[][]> each) throws IOException {
        try (InputStream in = new BufferedInputStream(rows.open(), 64 << 10)) {
            byte[][] keys = new byte[size][];
            java.io.ByteArrayOutputStream field = new java.io.ByteArrayOutputStream();
            int number = 0;
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b != '\t' && b != '\n') {
                    if (number <= last && keyOfField[number] >= 0) {
                        field.write(b);
                    }
                    continue;
                }
                if (number <= last && keyOfField[number] >= 0) {
                    keys[keyOfField[number]] = field.toByteArray();
                    field.reset();
                }
                number++;
                if (b == '\n') {
                    each.accept(keys);
                    number = 0;
                }
            }
        }
    }

    /** An array of texts. */
    static String array(Collection<String> values) {
        return values.stream()
                .map(value -> {
                    StringBuilder element = new StringBuilder();
                    Sql.element(element, value);
                    return element.toString();
                })
                .collect(Collectors.joining(",", "{", "}"));
    }
}
