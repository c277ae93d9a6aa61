package io.understudy.dump;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Where a dump goes. What its stream throws comes out as it is, also from within a program's output. */
final class DumpOutput {
    private static final int BLOCK = 64 << 10;

    private final OutputStream out;
    private final byte[] block = new byte[BLOCK];

    DumpOutput(OutputStream out) {
        this.out = out;
    }

    void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, bytes.length);
    }

    /** @throws IOException what the source throws */
    void all(java.io.InputStream source) throws IOException {
        for (int count = source.read(block); count >= 0; count = source.read(block)) {
            write(block, count);
        }
    }

    private void write(byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
