package io.understudy.process;

import java.nio.charset.StandardCharsets;

/** The last bytes of a stream of any length. Thread-safe. */
final class Tail {
    /** How much is kept, in bytes. */
    static final int KEPT = 64 * 1024;

    private final byte[] ring = new byte[KEPT];
    private long written;

    synchronized void add(byte[] bytes, int length) {
        int from = Math.max(0, length - ring.length);
        written += from;
        for (int i = from; i < length; i++) {
            ring[(int) (written++ % ring.length)] = bytes[i];
        }
    }

    /** As UTF-8, leniently; a character that was cut at the start is left out. */
    synchronized String text() {
        int length = (int) Math.min(written, ring.length);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = ring[(int) ((written - length + i) % ring.length)];
        }
        int start = 0;
        while (written > length && start < Math.min(3, length) && (bytes[start] & 0xC0) == 0x80) {
            start++;
        }
        return new String(bytes, start, length - start, StandardCharsets.UTF_8);
    }
}
