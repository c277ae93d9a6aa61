package io.understudy.admin;

import io.understudy.progress.Progress;
import io.understudy.v1.AdminReply;
import io.understudy.v1.StepProgress;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * What one caller has yet to receive: the newest progress and the last reply. A caller that does not read keeps its
 * connection's thread waiting, never the command. Thread-safe.
 */
final class AdminOutbox implements Progress {
    private AdminReply progress;
    private AdminReply last;
    private boolean closed;

    @Override
    public synchronized void report(String step, long doneBytes, long totalBytes) {
        progress = AdminReply.newBuilder()
                .setProgress(StepProgress.newBuilder()
                        .setStep(step)
                        .setDoneBytes(doneBytes)
                        .setTotalBytes(totalBytes))
                .build();
        notifyAll();
    }

    /** Nothing follows it. */
    synchronized void end(AdminReply reply) {
        last = reply;
        notifyAll();
    }

    /** The caller left: nothing is written any more. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Writes until the last reply is written or the caller has left. */
    void writeTo(SocketChannel channel) throws IOException, InterruptedException {
        boolean more = true;
        while (more) {
            AdminReply next = next();
            if (next != null) {
                AdminMessages.write(channel, next);
            }
            more = next != null && next.hasProgress();
        }
    }

    private synchronized AdminReply next() throws InterruptedException {
        while (progress == null && last == null && !closed) {
            wait();
        }
        AdminReply next = closed ? null : progress == null ? last : progress;
        progress = null;
        return next;
    }
}
