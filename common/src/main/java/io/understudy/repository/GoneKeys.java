package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Which keys go with the deltas of a table, and with which one last: a row is left out when its key goes with a later
 * delta than the one that it came with. There are at most {@value #MOST} keys, of 28 to 56 bytes each. Once made,
 * thread-safe.
 */
final class GoneKeys {
    /** Keys of all deltas of a table together. */
    static final int MOST = 1 << 19;

    private final KeyIndex keys = new KeyIndex();
    /** By the number of the key: 1 for the first delta. */
    private int[] last = new int[1 << 7];

    /** @throws UnderstudyException {@code MANIFEST_DAMAGED} when the deltas do not fit, {@code BLOB_*} */
    static GoneKeys of(TableData table, BlobSource source) {
        GoneKeys gone = new GoneKeys();
        int delta = 0;
        for (TableDelta each : table.content().deltas()) {
            delta++;
            gone.read(table, each, source, delta);
        }
        return gone;
    }

    private void read(TableData table, TableDelta from, BlobSource source, int delta) {
        String what = "table " + table.schema() + "." + table.name();
        try (KeyedLines lines = KeyedLines.keys(table, new StreamReader(what, from.gone(), source))) {
            while (lines.next()) {
                int number = keys.add(lines.high(), lines.low());
                if (number >= MOST) {
                    throw new UnderstudyException(
                            ErrorCode.MANIFEST_DAMAGED,
                            "cannot read " + what + ": its deltas name more than " + MOST + " keys",
                            "take a new snapshot: one after a verification that fails reads all tables in full");
                }
                if (number >= last.length) {
                    last = Arrays.copyOf(last, 2 * last.length);
                }
                last[number] = delta;
                lines.skip();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the last delta with which the key goes; 0 when it goes with none */
    int last(long high, long low) {
        int number = keys.find(high, low);
        return number < 0 ? 0 : last[number];
    }
}
