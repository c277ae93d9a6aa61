package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.KeyHash;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Which keys go with the deltas of a table, and with which one last: a row is left out when its key goes with a later
 * delta than the one that it came with. Keys are known by hashes of 128 bits, 20 bytes each; there are at most
 * {@value #MOST}. Once made, thread-safe.
 */
final class GoneKeys {
    /** Keys of all deltas of a table together. */
    static final int MOST = 1 << 19;

    private static final int SMALLEST = 1 << 8;

    private long[] high = new long[SMALLEST];
    private long[] low = new long[SMALLEST];
    /** 1 for the first delta; 0 where there is no key. */
    private int[] last = new int[SMALLEST];

    private int size;

    /** @throws UnderstudyException {@code MANIFEST_DAMAGED} when the deltas do not fit, {@code BLOB_*} */
    static GoneKeys of(TableData table, BlobSource source) {
        GoneKeys gone = new GoneKeys();
        KeyHash hash = new KeyHash(table.columns(), table.key());
        int delta = 0;
        for (DatabaseData.TableDelta each : table.content().deltas()) {
            delta++;
            gone.read(table, each.gone(), source, hash, delta);
        }
        return gone;
    }

    private void read(TableData table, StreamRef keys, BlobSource source, KeyHash hash, int delta) {
        String what = "table " + table.schema() + "." + table.name();
        try (StreamReader in = new StreamReader(what, keys, source);
                CopyLines lines = new CopyLines(what, in, hash.fieldsOfKey())) {
            while (lines.next()) {
                hash.ofKey(lines.bytes(), lines.start(), lines.ends());
                put(hash.high(), hash.low(), delta);
                lines.skip();
                if (size > MOST) {
                    throw new UnderstudyException(
                            ErrorCode.MANIFEST_DAMAGED,
                            "cannot read " + what + ": its deltas name more than " + MOST + " keys",
                            "take a new snapshot: one after a verification that fails reads all tables in full");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(long upper, long lower, int delta) {
        int at = find(upper, lower);
        if (last[at] == 0) {
            if (++size * 2 > last.length) {
                grow();
                at = find(upper, lower);
            }
            high[at] = upper;
            low[at] = lower;
        }
        last[at] = delta;
    }

    /** @return the last delta with which the key goes; 0 when it goes with none */
    int last(long upper, long lower) {
        return last[find(upper, lower)];
    }

    private int find(long upper, long lower) {
        int mask = last.length - 1;
        int at = (int) lower & mask;
        while (last[at] != 0 && (high[at] != upper || low[at] != lower)) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] uppers = high;
        long[] lowers = low;
        int[] deltas = last;
        high = new long[uppers.length * 2];
        low = new long[high.length];
        last = new int[high.length];
        for (int i = 0; i < deltas.length; i++) {
            if (deltas[i] != 0) {
                int at = find(uppers[i], lowers[i]);
                high[at] = uppers[i];
                low[at] = lowers[i];
                last[at] = deltas[i];
            }
        }
    }
}
