package io.understudy.restore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a snapshot is restored to. */
public sealed interface RestoreTarget {
    /** What a database's name stands behind. */
    String DATABASE = "database:";
    /** What a file's name stands behind. */
    String DUMP = "dump:";

    /** What this server serves. */
    record Live() implements RestoreTarget {}

    /** Its files go to a folder that is new or empty. */
    record Folder(Path path) implements RestoreTarget {}

    /** Its database becomes a new one of this server. */
    record Database(String name) implements RestoreTarget {}

    /** Its database goes to a new file, for psql. */
    record Dump(Path file) implements RestoreTarget {}

    /**
     * @param text {@code live}, {@code database:NAME}, {@code dump:FILE}, or a folder
     * @throws UnderstudyException {@code USAGE}
     */
    static RestoreTarget parse(String text) {
        if (text.equals("live")) {
            return new Live();
        }
        if (text.startsWith(DATABASE)) {
            return new Database(text.substring(DATABASE.length()));
        }
        try {
            if (text.startsWith(DUMP) && text.length() > DUMP.length()) {
                return new Dump(Path.of(text.substring(DUMP.length())));
            }
            if (!text.isEmpty() && !text.startsWith(DUMP)) {
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
                "cannot restore to \"" + text
                        + "\": this is neither live nor database:NAME nor dump:FILE nor the path of a folder",
                "name a folder that is empty or does not exist yet (/srv/restored), or a database (database:restored)",
                cause);
    }
}
