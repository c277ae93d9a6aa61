package io.understudy.cli;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output for bytes. A reader that ends early, as {@code head} does, is no failure; what cannot be written for
 * another reason is one. Not thread-safe.
 */
final class ResultStream extends OutputStream {
    private final OutputStream out;

    ResultStream(OutputStream out) {
        this.out = out;
    }

    /** The reader of standard output ended: the work has no use any more. */
    static final class ReaderEnded extends RuntimeException {
        private static final long serialVersionUID = 1;

        ReaderEnded(IOException cause) {
            super(cause);
        }
    }

    /** A body of writing. */
    private interface Step {
        void run() throws IOException;
    }

    @Override
    public void write(int b) {
        guarded(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        guarded(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() {
        guarded(out::flush);
    }

    private static void guarded(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            if (FileFailure.reason(e).contains("Broken pipe")) {
                throw new ReaderEnded(e);
            }
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot write the result to standard output: " + FileFailure.reason(e),
                    "free space where it is written to, or write it elsewhere",
                    e);
        }
    }
}
