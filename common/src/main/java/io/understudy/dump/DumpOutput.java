package io.understudy.dump;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

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
    void all(InputStream source) throws IOException {
        all(source, count -> {});
    }

    /** @param written receives how many bytes were, after each block */
    void all(InputStream source, LongConsumer written) throws IOException {
        long all = 0;
        for (int count = source.read(block); count >= 0; count = source.read(block)) {
            write(block, count);
            all += count;
            written.accept(all);
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
