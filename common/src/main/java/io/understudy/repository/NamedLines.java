package io.understudy.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.Named;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

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
        try {
            StreamReader in = new StreamReader(what, list, source);
            MappingIterator<T> values = RepositoryJson.lines(in, type);
            return StreamSupport.stream(
                            Spliterators.spliteratorUnknownSize(
                                    new Checked<>(what, in, values), Spliterator.ORDERED | Spliterator.NONNULL),
                            false)
                    .onClose(() -> close(values));
        } catch (IOException e) {
            throw damaged(what, e);
        }
    }

    private static void close(MappingIterator<?> values) {
        try {
            values.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static UnderstudyException damaged(String what, Exception cause) {
        String why = cause instanceof JsonProcessingException json ? json.getOriginalMessage() : cause.getMessage();
        return new UnderstudyException(
                ErrorCode.MANIFEST_DAMAGED,
                "cannot read " + what + ": " + why,
                "the list was not written by an agent of this format; verify the snapshot",
                cause);
    }

    private static final class Checked<T extends Named> implements Iterator<T> {
        private final String what;
        private final StreamReader in;
        private final MappingIterator<T> values;
        private T last;

        private Checked(String what, StreamReader in, MappingIterator<T> values) {
            this.what = what;
            this.in = in;
            this.values = values;
        }

        @Override
        public boolean hasNext() {
            try {
                return values.hasNextValue();
            } catch (IOException e) {
                in.requireAuthentic();
                throw damaged(what, e);
            }
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                T next = values.nextValue();
                if (next == null) {
                    throw new IllegalArgumentException("a line is null");
                }
                ManifestCheck.check(next);
                if (last != null && compare(last, next) >= 0) {
                    throw new IllegalArgumentException(
                            text(next) + " follows " + text(last) + ": it is not sorted, or there twice");
                }
                last = next;
                return next;
            } catch (IOException | IllegalArgumentException e) {
                in.requireAuthentic();
                throw damaged(what, e);
            }
        }
    }
}
