package io.understudy.cli;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output for a result of any length. What cannot be written ends the work: a full disk with an error, a reader
 * that ended with {@link ReaderEnded}.
 */
final class ResultStream extends OutputStream {
    private static final int BLOCK = 64 << 10;

    /** The reader of standard output wants no more: {@code dump … | head}. */
    static final class ReaderEnded extends RuntimeException {
        private static final long serialVersionUID = 1;

        ReaderEnded(IOException cause) {
            super("the reader of standard output ended", cause, false, false);
        }
    }

    private final OutputStream out;

    ResultStream(OutputStream out) {
        this.out = new BufferedOutputStream(out, BLOCK);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        if (reason.contains("Broken pipe")) {
            return new ReaderEnded(cause);
        }
        boolean full = reason.contains("No space left") || reason.contains("quota exceeded");
        return new UnderstudyException(
                full ? ErrorCode.DISK_FULL : ErrorCode.FILE_FAILED,
                "cannot write the result to standard output: " + reason,
                "what was written is not complete: make room where it goes, and run the command again",
                cause);
    }
}
