package io.understudy.repository;

import io.understudy.filestore.BlockInput;
import java.io.IOException;

/** Of lines those whose key is chosen. Not thread-safe. */
final class ChosenLines extends BlockInput {
    /** Says it of a key by its hash. */
    @FunctionalInterface
    interface Choice {
        boolean takes(long high, long low);
    }

    private final KeyedLines lines;
    private final Choice choice;
    private boolean inLine;

    /** @param lines closed with this */
    ChosenLines(KeyedLines lines, Choice choice) {
        this.lines = lines;
        this.choice = choice;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int filled = 0;
        while (filled < length && (inLine || nextChosen())) {
            filled += lines.pass(target, offset + filled, length - filled);
            inLine = target[offset + filled - 1] != '\n';
        }
        return filled == 0 && length > 0 ? -1 : filled;
    }

    private boolean nextChosen() throws IOException {
        while (lines.next()) {
            if (choice.takes(lines.high(), lines.low())) {
                inLine = true;
                return true;
            }
            lines.skip();
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
