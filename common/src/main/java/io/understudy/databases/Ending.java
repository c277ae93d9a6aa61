package io.understudy.databases;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Remembers how a dump ended, and how long it was. */
final class Ending extends FilterInputStream {
    private static final int KEPT = 4096;

    private final byte[] tail = new byte[KEPT];
    private long bytes;

    Ending(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        for (int i = Math.max(0, count - KEPT); i < count; i++) {
            tail[(int) ((bytes + i) % KEPT)] = buffer[offset + i];
        }
        bytes += Math.max(0, count);
        return count;
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
