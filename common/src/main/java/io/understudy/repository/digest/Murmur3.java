package io.understudy.repository.digest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * MurmurHash3_x64_128 with seed 0 of a sequence of bytes that comes in pieces. No protection against who chooses the
 * bytes; the fastest hash of 128 bits that libraries of every language have. Not thread-safe; used again after
 * {@link #finish}.
 *
 * <p>Source: Austin Appleby's {@code MurmurHash3.cpp}, in the public domain.
 */
public final class Murmur3 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;
    private static final int BLOCK = 16;

    private final byte[] rest = new byte[BLOCK];
    private int kept;
    private long length;
    private long h1;
    private long h2;

    /** Takes the bytes from one position to before another. */
    public void update(byte[] bytes, int from, int to) {
        length += to - from;
        int at = from;
        if (kept > 0) {
            int more = Math.min(BLOCK - kept, to - from);
            System.arraycopy(bytes, from, rest, kept, more);
            kept += more;
            at += more;
            if (kept < BLOCK) {
                return;
            }
            blocks(rest, 0, BLOCK);
            kept = 0;
        }
        int end = at + ((to - at) & -BLOCK);
        blocks(bytes, at, end);
        kept = to - end;
        System.arraycopy(bytes, end, rest, 0, kept);
    }

    /** Ends the sequence; the hash is in {@link #high} and {@link #low}, and the next sequence begins. */
    public void finish() {
        if (kept > 0) {
            java.util.Arrays.fill(rest, kept, BLOCK, (byte) 0);
            h2 ^= mixed2((long) LONGS.get(rest, 8));
            h1 ^= mixed1((long) LONGS.get(rest, 0));
        }
        long a = h1 ^ length;
        long b = h2 ^ length;
        a += b;
        b += a;
        a = spread(a);
        b = spread(b);
        a += b;
        high = a;
        low = b + a;
        kept = 0;
        length = 0;
        h1 = 0;
        h2 = 0;
    }

    private long high;
    private long low;

    /** The first 64 bits of the hash: the function's {@code h1}. */
    public long high() {
        return high;
    }

    public long low() {
        return low;
    }

    private void blocks(byte[] bytes, int from, int to) {
        long a = h1;
        long b = h2;
        for (int at = from; at < to; at += BLOCK) {
            a ^= mixed1((long) LONGS.get(bytes, at));
            a = Long.rotateLeft(a, 27) + b;
            a = a * 5 + 0x52dce729;
            b ^= mixed2((long) LONGS.get(bytes, at + 8));
            b = Long.rotateLeft(b, 31) + a;
            b = b * 5 + 0x38495ab5;
        }
        h1 = a;
        h2 = b;
    }

    private static long mixed1(long k) {
        return Long.rotateLeft(k * C1, 31) * C2;
    }

    private static long mixed2(long k) {
        return Long.rotateLeft(k * C2, 33) * C1;
    }

    private static long spread(long k) {
        long x = (k ^ (k >>> 33)) * 0xff51afd7ed558ccdL;
        x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return x ^ (x >>> 33);
    }
}
