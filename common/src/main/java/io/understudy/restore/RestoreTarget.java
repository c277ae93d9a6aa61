package io.understudy.restore;

import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

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
        meant(text).ifPresent(meant -> {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore to \"" + text + "\": this looks like a mistyped " + meant,
                    "did you mean " + meant + "? A folder of this name is ./" + text);
        });
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

    /** What has no slash and is near to one of the words: a folder of that name would fill with all files. */
    private static Optional<String> meant(String text) {
        int colon = text.indexOf(':');
        if (text.contains("/") || text.startsWith(DUMP)) {
            return Optional.empty();
        }
        if (colon < 0) {
            boolean near = LevenshteinDistance.getDefaultInstance().apply(text.toLowerCase(Locale.ROOT), "live") <= 1;
            return near ? Optional.of("live") : Optional.empty();
        }
        return NearestName.of(text.substring(0, colon + 1).toLowerCase(Locale.ROOT), List.of(DATABASE, DUMP))
                .map(word -> word + text.substring(colon + 1));
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
