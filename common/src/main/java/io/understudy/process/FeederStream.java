package io.understudy.process;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A program's standard input, which remembers that the program stopped reading: then its exit code tells more than the broken pipe. */
final class FeederStream extends FilterOutputStream {
    private volatile boolean refused;

    FeederStream(OutputStream out) {
        super(out);
    }

    boolean refused() {
        return refused;
    }

    private interface Action {
        void run() throws IOException;
    }

    @Override
    public void write(int b) throws IOException {
        attempt(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        attempt(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
        attempt(out::flush);
    }

    @Override
    public void close() throws IOException {
        attempt(out::close);
    }

    private void attempt(Action action) throws IOException {
        try {
            action.run();
        } catch (IOException e) {
            refused = true;
            throw e;
        }
    }
}
