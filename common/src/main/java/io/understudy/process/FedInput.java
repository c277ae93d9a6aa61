package io.understudy.process;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A program's standard input, written by a thread: as a program may neither read nor end, no other waits for it. */
final class FedInput implements AutoCloseable {
    /** How long a producer may take to notice that the program has ended. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    /** Bytes that are written at once: a program that takes a large block slowly is seen to take it. */
    private static final int PART = 8192;

    private final Worker writer;

    private FedInput(Worker writer) {
        this.writer = writer;
    }

    static FedInput start(String program, Process process, Command.Producer producer, LastByte last) {
        OutputStream pipe = process.getOutputStream();
        return new FedInput(Worker.start(program + " stdin", () -> write(pipe, producer, last)));
    }

    /** The pipe stays open after a failure, until the program is ended: half of the input must not pass for all. */
    private static void write(OutputStream pipe, Command.Producer producer, LastByte last) throws IOException {
        try {
            producer.produce(new Pipe(pipe, last));
            close(pipe);
        } catch (PipeClosed e) {
            // The program has read what it wanted.
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof PipeClosed)) {
                throw e;
            }
        }
    }

    private static void close(OutputStream pipe) throws PipeClosed {
        try {
            pipe.close();
        } catch (IOException e) {
            throw new PipeClosed(e);
        }
    }

    /** Done when all was written or the program took no more; fails as the producer does. */
    CompletableFuture<Void> produced() {
        return writer.done();
    }

    @Override
    public void close() {
        writer.stop(CLOSING);
    }

    /** What a write to a program that takes no more ends with. */
    private static final class PipeClosed extends IOException {
        private static final long serialVersionUID = 1;

        PipeClosed(IOException cause) {
            super("the program ended its input", cause);
        }
    }

    /** Distinguishes a pipe that broke from failures of the producer. */
    private static final class Pipe extends FilterOutputStream {
        private final LastByte last;

        Pipe(OutputStream pipe, LastByte last) {
            super(pipe);
            this.last = last;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                for (int at = 0; at < length; at += PART) {
                    out.write(bytes, offset + at, Math.min(PART, length - at));
                    last.moved();
                }
            } catch (IOException e) {
                throw new PipeClosed(e);
            }
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                throw new PipeClosed(e);
            }
        }

        /** The producer's end says when it is complete. */
        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
