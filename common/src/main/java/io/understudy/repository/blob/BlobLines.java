package io.understudy.repository.blob;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A list of blobs as JSON lines: the blobs of a long stream, and those that a part of a snapshot refers to.
 *
 * <pre>{@code {"id":"3fa1…","bytes":524288,"stored":130000}}</pre>
 */
final class BlobLines {
    private static final JsonFactory LINES = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private BlobLines() {}

    static void write(BlobRef blob, OutputStream out) {
        try {
            try (JsonGenerator json = LINES.createGenerator(out)) {
                BlobJson.write(blob, json);
            }
            out.write('\n');
        } catch (IOException e) {
            throw new IllegalStateException("a line is written to memory", e);
        }
    }

    /**
     * The blobs one after the other; authentic when the end was reached. A reader that stops before leaves nothing open
     * but a stream of the filestore.
     *
     * @throws UnderstudyException while it is consumed: {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    static Iterator<BlobRef> read(StreamRef list, BlobSource source) {
        try {
            StreamReader in = new StreamReader("a list of blobs", list, source);
            return new Lines(LINES.createParser(in), in);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private static UnderstudyException damaged(IOException cause) {
        String why = cause instanceof JsonProcessingException json ? json.getOriginalMessage() : cause.getMessage();
        return new UnderstudyException(
                ErrorCode.MANIFEST_DAMAGED,
                "cannot read a list of blobs: " + why,
                "the list was not written by an agent of this format; verify the snapshot",
                cause);
    }

    private static final class Lines implements Iterator<BlobRef> {
        private final JsonParser lines;
        private final StreamReader in;
        private final BlobJson json = new BlobJson();
        private boolean looked;

        private Lines(JsonParser lines, StreamReader in) {
            this.lines = lines;
            this.in = in;
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
                in.requireAuthentic();
                throw damaged(e);
            }
        }

        @Override
        public BlobRef next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                looked = false;
                BlobRef blob = json.blob(lines);
                if (blob.bytes() < 1 || blob.bytes() > Blobs.LONGEST || blob.stored() < 0) {
                    throw new JsonParseException(lines, "no blob has the sizes of " + blob.id());
                }
                return blob;
            } catch (IOException e) {
                in.requireAuthentic();
                throw damaged(e);
            }
        }
    }
}
