package io.understudy.repository.blob;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The values of a stream of JSON lines, one after the other; none is held. Authentic when the end was reached, where
 * the stream is closed; a reader that stops before leaves nothing open but a stream of the filestore, or closes.
 *
 * <p>Failures, while it is consumed, are {@code MANIFEST_DAMAGED}, those of the values, and {@code BLOB_*}. What cannot
 * be understood may be damaged, so that is looked at first.
 */
public final class JsonLines<T> implements Iterator<T> {
    /** Of lines that are read and written field by field. */
    public static final JsonFactory FORMAT = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private final String what;
    private final JsonParser lines;
    private final Runnable authentic;
    private final Value<T> value;
    private boolean looked;

    /** Makes a value of a line. */
    @FunctionalInterface
    public interface Value<T> {
        /**
         * @param in stands at the beginning of the value, and stands at its end afterwards
         * @throws IOException or IllegalArgumentException for what is no such value
         */
        T read(JsonParser in) throws IOException;
    }

    /** Writes the fields of a line. */
    @FunctionalInterface
    public interface Fields {
        void write(JsonGenerator out) throws IOException;
    }

    private JsonLines(String what, JsonFactory format, InputStream in, Runnable authentic, Value<T> value) {
        this.what = what;
        this.authentic = authentic;
        this.value = value;
        try {
            this.lines = format.createParser(in);
        } catch (IOException e) {
            throw damaged(what, e);
        }
    }

    /**
     * @param what the stream holds, for messages: {@code a list of blobs}
     * @param format {@link #FORMAT}, or a stricter one
     */
    public static <T> JsonLines<T> read(
            String what, JsonFactory format, StreamRef stream, BlobSource source, Value<T> value) {
        StreamReader in = new StreamReader(what, stream, source);
        return new JsonLines<>(what, format, in, in::requireAuthentic, value);
    }

    /** As {@link #read(String, JsonFactory, StreamRef, BlobSource, Value)}, of bytes that are known to be authentic. */
    public static <T> JsonLines<T> read(String what, InputStream in, Value<T> value) {
        return new JsonLines<>(what, FORMAT, in, () -> {}, value);
    }

    /** Writes one line. */
    public static void write(OutputStream out, Fields fields) throws IOException {
        try (JsonGenerator json = FORMAT.createGenerator(out)) {
            fields.write(json);
        }
        out.write('\n');
    }

    /** The same as a stream; close it. */
    public Stream<T> stream() {
        Spliterator<T> values = Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL);
        return StreamSupport.stream(values, false).onClose(this::close);
    }

    @Override
    public boolean hasNext() {
        try {
            if (!looked) {
                looked = true;
                if (lines.nextToken() == null) {
                    lines.close();
                }
            }
            return !lines.isClosed();
        } catch (IOException e) {
            authentic.run();
            throw damaged(what, e);
        }
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            looked = false;
            return value.read(lines);
        } catch (UnderstudyException e) {
            if (e.code().judgesContent() && !e.code().isOfBlob()) {
                authentic.run();
            }
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            authentic.run();
            throw damaged(what, e);
        }
    }

    private void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For code that reads a single line. */
    public static UnderstudyException damaged(String what, Exception cause) {
        String why = cause instanceof JsonProcessingException json ? json.getOriginalMessage() : cause.getMessage();
        return new UnderstudyException(
                ErrorCode.MANIFEST_DAMAGED,
                "cannot read " + what + ": " + why,
                "it was not written by an agent of this format; verify the snapshot",
                cause);
    }
}
