package io.understudy.repository;

import com.fasterxml.jackson.databind.ObjectReader;
import io.understudy.repository.DatabaseData.Named;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.JsonLines;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * The tables and the sequences of a database as JSON lines, in ascending order of the bytes of schema and name. So
 * equal lists are equal byte by byte, a small change stores a small part, and nothing is there twice.
 */
final class NamedLines {
    private NamedLines() {}

    /** Writes a line behind the one before. @return what was written, to be handed in with the next one */
    static <T extends Named> T write(T previous, T next, StreamWriter lines) {
        if (previous != null && compare(previous, next) >= 0) {
            throw new IllegalArgumentException("not in order: " + text(previous) + ", " + text(next));
        }
        ManifestCheck.check(next);
        byte[] line = RepositoryJson.line(next);
        lines.write(line, 0, line.length);
        lines.write('\n');
        return next;
    }

    static <T extends Named> Stream<T> read(String what, StreamRef list, BlobSource source, Class<T> type) {
        ObjectReader reader = RepositoryJson.linesOf(type);
        AtomicReference<T> last = new AtomicReference<>();
        return JsonLines.<T>read(
                what, reader.getFactory(), list, source, in -> checked(last.get(), reader.readValue(in), last))
                .stream();
    }

    private static <T extends Named> T checked(T last, T next, AtomicReference<T> kept) {
        if (next == null) {
            throw new IllegalArgumentException("a line is null");
        }
        ManifestCheck.check(next);
        if (last != null && compare(last, next) >= 0) {
            throw new IllegalArgumentException(
                    text(next) + " follows " + text(last) + ": it is not sorted, or there twice");
        }
        kept.set(next);
        return next;
    }

    private static int compare(Named a, Named b) {
        int schemas = Arrays.compareUnsigned(utf8(a.schema()), utf8(b.schema()));
        return schemas != 0 ? schemas : Arrays.compareUnsigned(utf8(a.name()), utf8(b.name()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Named value) {
        return value.schema() + "." + value.name();
    }
}
