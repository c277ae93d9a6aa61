package io.understudy.restore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a snapshot is restored to. */
public sealed interface RestoreTarget {
    /** What this server serves. */
    record Live() implements RestoreTarget {}

    /** Its files go to a folder that is new or empty. */
    record Folder(Path path) implements RestoreTarget {}

    /**
     * @param text {@code live}, or a folder
     * @throws UnderstudyException {@code USAGE}
     */
    static RestoreTarget parse(String text) {
        if (text.equals("live")) {
            return new Live();
        }
        try {
            if (!text.isEmpty() && !text.startsWith("database:") && !text.startsWith("dump:")) {
                return new Folder(Path.of(text));
            }
        } catch (InvalidPathException e) {
            throw unusable(text, e);
        }
        throw unusable(text, null);
    }

    private static UnderstudyException unusable(String text, Exception cause) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore to \"" + text + "\": this is neither live nor the path of a folder",
                "name a folder that is empty or does not exist yet: /srv/restored",
                cause);
    }
}
