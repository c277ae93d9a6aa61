package io.understudy.repository.tree;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines of an index from and to JSON, field by field: an index has a line for each file of the site, and every snapshot reads and writes it. What a
 * line does not know is passed over. Files beside each other lie in the same pack, which is then the same object. Not thread-safe.
 */
final class IndexJson {
    private BlobRef last;

    /**
     * Reads the object that the parser stands at the beginning of.
     *
     * @throws JsonParseException for what is no line
     */
    IndexLine read(JsonParser in) throws IOException {
        IndexLine.Fields line = new IndexLine.Fields();
        expect(in, JsonToken.START_OBJECT);
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "path" -> line.path = text(in);
                case "path64" -> line.path64 = text(in);
                case "type" -> line.type = text(in);
                case "mode" -> line.mode = text(in);
                case "mtime" -> line.mtime = text(in);
                case "owner" -> line.owner = text(in);
                case "group" -> line.group = text(in);
                case "size" -> line.size = number(in);
                case "sha256" -> line.sha256 = text(in);
                case "target" -> line.target = text(in);
                case "target64" -> line.target64 = text(in);
                case "pack" -> line.pack = in.currentToken() == JsonToken.VALUE_NULL ? null : blob(in);
                case "offset" -> line.offset = number(in);
                case "blobs" -> line.blobs = in.currentToken() == JsonToken.VALUE_NULL ? null : blobs(in);
                default -> in.skipChildren();
            }
        }
        return line.line();
    }

    static void write(IndexLine line, JsonGenerator out) throws IOException {
        out.writeStartObject();
        text("path", line.path(), out);
        text("path64", line.path64(), out);
        text("type", line.type(), out);
        text("mode", line.mode(), out);
        text("mtime", line.mtime(), out);
        text("owner", line.owner(), out);
        text("group", line.group(), out);
        number("size", line.size(), out);
        text("sha256", line.sha256(), out);
        text("target", line.target(), out);
        text("target64", line.target64(), out);
        if (line.pack() != null) {
            out.writeFieldName("pack");
            write(line.pack(), out);
        }
        number("offset", line.offset(), out);
        if (line.blobs() != null) {
            out.writeArrayFieldStart("blobs");
            for (BlobRef blob : line.blobs()) {
                write(blob, out);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static void text(String field, String value, JsonGenerator out) throws IOException {
        if (value != null) {
            out.writeStringField(field, value);
        }
    }

    private static void number(String field, Long value, JsonGenerator out) throws IOException {
        if (value != null) {
            out.writeNumberField(field, value);
        }
    }

    private static void write(BlobRef blob, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", blob.id().hex());
        out.writeNumberField("bytes", blob.bytes());
        out.writeNumberField("stored", blob.stored());
        if (blob.continues()) {
            out.writeBooleanField("continues", true);
        }
        out.writeEndObject();
    }

    private List<BlobRef> blobs(JsonParser in) throws IOException {
        expect(in, JsonToken.START_ARRAY);
        List<BlobRef> blobs = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            blobs.add(blob(in));
        }
        return blobs;
    }

    private BlobRef blob(JsonParser in) throws IOException {
        expect(in, JsonToken.START_OBJECT);
        String id = null;
        long bytes = 0;
        long stored = 0;
        boolean continues = false;
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "id" -> id = text(in);
                case "bytes" -> bytes = in.getLongValue();
                case "stored" -> stored = in.getLongValue();
                case "continues" -> continues = in.currentToken() == JsonToken.VALUE_TRUE;
                default -> in.skipChildren();
            }
        }
        if (last == null || !same(last, id, bytes, stored, continues)) {
            last = new BlobRef(name(in, id), bytes, stored, continues);
        }
        return last;
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

    private static String text(JsonParser in) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        expect(in, JsonToken.VALUE_STRING);
        return in.getText();
    }

    private static Long number(JsonParser in) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        expect(in, JsonToken.VALUE_NUMBER_INT);
        return in.getLongValue();
    }

    private static void expect(JsonParser in, JsonToken token) throws IOException {
        if (in.currentToken() != token) {
            throw new JsonParseException(in, "there is " + in.currentToken() + " where " + token + " is expected");
        }
    }
}
