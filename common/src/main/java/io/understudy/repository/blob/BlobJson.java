package io.understudy.repository.blob;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Blobs and streams from and to JSON, field by field: lists and indexes have millions of them. What is not known is
 * passed over. The same blob twice in a row is the same object. Not thread-safe.
 */
public final class BlobJson {
    private BlobRef last;

    /**
     * The blobs of a list, one after the other: {@code {"id":"3fa1…","bytes":524288,"stored":130000}} a line.
     *
     * @throws UnderstudyException as {@link JsonLines}
     */
    static Iterator<BlobRef> lines(StreamRef list, BlobSource source) {
        return JsonLines.read("a list of blobs", JsonLines.FORMAT, list, source, new BlobJson()::line);
    }

    private BlobRef line(JsonParser in) throws IOException {
        BlobRef blob = blob(in);
        if (blob.bytes() < 1 || blob.bytes() > Blobs.LONGEST || blob.stored() < 0) {
            throw new JsonParseException(in, "no blob has the sizes of " + blob.id());
        }
        return blob;
    }

    /** Writes a line of a list. */
    static void line(BlobRef blob, StreamWriter out) {
        try {
            JsonLines.write(out, json -> write(blob, json));
        } catch (IOException e) {
            throw new IllegalStateException("a line is written to memory", e);
        }
    }

    /** Reads the object that the parser stands at. @throws JsonParseException when it is no blob */
    public BlobRef blob(JsonParser in) throws IOException {
        expect(in, JsonToken.START_OBJECT);
        String id = null;
        long bytes = 0;
        long stored = 0;
        boolean continues = false;
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "id" -> {
                    expect(in, JsonToken.VALUE_STRING);
                    id = in.getText();
                }
                case "bytes" -> bytes = number(in);
                case "stored" -> stored = number(in);
                case "continues" -> continues = flag(in);
                default -> in.skipChildren();
            }
        }
        if (last == null || !same(last, id, bytes, stored, continues)) {
            last = new BlobRef(name(in, id), bytes, stored, continues);
        }
        return last;
    }

    /** Reads the array of blobs that the parser stands at. */
    public List<BlobRef> blobs(JsonParser in) throws IOException {
        expect(in, JsonToken.START_ARRAY);
        List<BlobRef> blobs = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            blobs.add(blob(in));
        }
        return blobs;
    }

    /** Reads the stream that the parser stands at; one that names its blobs itself. */
    public StreamRef list(JsonParser in) throws IOException {
        expect(in, JsonToken.START_OBJECT);
        long bytes = -1;
        List<BlobRef> blobs = List.of();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "bytes" -> bytes = number(in);
                case "blobs" -> blobs = blobs(in);
                default -> in.skipChildren();
            }
        }
        StreamRef list = StreamRef.of(blobs);
        if (list.bytes() != bytes) {
            throw new JsonParseException(in, "the blobs of a list hold " + list.bytes() + " bytes, not " + bytes);
        }
        return list;
    }

    public static void write(BlobRef blob, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", blob.id().hex());
        out.writeNumberField("bytes", blob.bytes());
        out.writeNumberField("stored", blob.stored());
        if (blob.continues()) {
            out.writeBooleanField("continues", true);
        }
        out.writeEndObject();
    }

    /** Writes the field {@code blobs} or {@code list}, the one that is not null, into the object that is begun. */
    public static void writeFields(List<BlobRef> blobs, StreamRef list, JsonGenerator out) throws IOException {
        if (list != null) {
            out.writeObjectFieldStart("list");
            out.writeNumberField("bytes", list.bytes());
            writeFields(list.direct(), list.list(), out);
            out.writeEndObject();
        } else if (blobs != null) {
            writeField("blobs", blobs, out);
        }
    }

    /** Writes an array of blobs into the object that is begun. */
    public static void writeField(String field, List<BlobRef> blobs, JsonGenerator out) throws IOException {
        out.writeArrayFieldStart(field);
        for (BlobRef blob : blobs) {
            write(blob, out);
        }
        out.writeEndArray();
    }

    /** What is neither true nor false, such as a list, would be read as fields of the blob. */
    private static boolean flag(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw new JsonParseException(in, "there is " + in.currentToken() + " where true is expected");
        };
    }

    private static boolean same(BlobRef blob, String id, long bytes, long stored, boolean continues) {
        return blob.id().hex().equals(id)
                && blob.bytes() == bytes
                && blob.stored() == stored
                && blob.continues() == continues;
    }

    private static BlobId name(JsonParser in, String id) throws IOException {
        try {
            return new BlobId(id == null ? "" : id);
        } catch (IllegalArgumentException e) {
            throw new JsonParseException(in, e.getMessage(), e);
        }
    }

    /** The whole number that the parser stands at. */
    public static long number(JsonParser in) throws IOException {
        expect(in, JsonToken.VALUE_NUMBER_INT);
        return in.getLongValue();
    }

    /** @throws JsonParseException when the parser stands at something else */
    public static void expect(JsonParser in, JsonToken token) throws IOException {
        if (in.currentToken() != token) {
            throw new JsonParseException(in, "there is " + in.currentToken() + " where " + token + " is expected");
        }
    }
}
