package io.understudy.databases;

import io.understudy.process.WatchedStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Remembers how a dump ended, and how long it was. */
final class Ending extends WatchedStream {
    private static final int KEPT = 4096;

    private final byte[] tail = new byte[KEPT];
    private long bytes;

    Ending(InputStream in) {
        super(in);
    }

    @Override
    protected void passed(byte[] buffer, int offset, int count) {
        for (int i = Math.max(0, count - KEPT); i < count; i++) {
            tail[(int) ((bytes + i) % KEPT)] = buffer[offset + i];
        }
        bytes += Math.max(0, count);
    }

    long bytes() {
        return bytes;
    }

    /** The last line that is not blank; its end where it is longer than 4 KiB. */
    String lastLine() {
        int length = (int) Math.min(bytes, KEPT);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = tail[(int) ((bytes - length + i) % KEPT)];
        }
        String end = new String(text, StandardCharsets.UTF_8).stripTrailing();
        return end.substring(end.lastIndexOf('\n') + 1);
    }
}
