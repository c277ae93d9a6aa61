package io.understudy.primary.capture;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

/**
 * Carries what one thread writes to a program that another thread feeds. The program may stop reading whenever it likes: the rest
 * is then dropped, and the writer never waits for it.
 */
final class Pipe {
    private static final long MOST = 4 << 20;

    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private long bytes;
    private boolean ended;
    private boolean unread;

    /** Waits while the reader is far behind. */
    synchronized void write(byte[] buffer, int offset, int length) throws InterruptedIOException {
        while (bytes > MOST && !unread) {
            pause();
        }
        if (!unread) {
            waiting.add(Arrays.copyOfRange(buffer, offset, offset + length));
            bytes += length;
            notifyAll();
        }
    }

    /** Nothing more will be written. Idempotent. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Nobody reads any more: what is written from now on is dropped. Idempotent. */
    synchronized void abandon() {
        unread = true;
        waiting.clear();
        notifyAll();
    }

    /** Hands on everything until the end, or until {@code reader} takes no more. */
    void drainTo(OutputStream reader) throws IOException {
        for (byte[] next = take(); next != null; next = take()) {
            try {
                reader.write(next);
            } catch (IOException e) {
                abandon();
            }
        }
    }

    private synchronized byte[] take() throws InterruptedIOException {
        while (waiting.isEmpty() && !ended && !unread) {
            pause();
        }
        byte[] next = waiting.poll();
        if (next != null) {
            bytes -= next.length;
            notifyAll();
        }
        return next;
    }

    private void pause() throws InterruptedIOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
