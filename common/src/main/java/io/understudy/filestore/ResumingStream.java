package io.understudy.filestore;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongFunction;

/** A download that goes on where it broke. */
final class ResumingStream extends BlockInput {
    private final LongFunction<InputStream> reopen;
    private final RetryBudget budget;
    private InputStream in;
    private long position;

    /** @param reopen opens the object at an offset, with what is left of the budget */
    ResumingStream(InputStream in, long position, LongFunction<InputStream> reopen, RetryBudget budget) {
        this.in = in;
        this.position = position;
        this.reopen = reopen;
        this.budget = budget;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (true) {
            try {
                int count = in.read(buffer, offset, length);
                if (count > 0) {
                    position += count;
                    budget.progress();
                }
                return count;
            } catch (UnderstudyException e) {
                budget.pauseOrThrow(e);
                in.close();
                in = reopen.apply(position);
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
