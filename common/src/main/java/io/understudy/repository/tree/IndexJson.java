package io.understudy.repository.tree;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.understudy.repository.blob.BlobJson;
import io.understudy.repository.blob.BlobRef;
import java.io.IOException;
import java.util.List;

/**
 * Lines of an index from and to JSON, field by field: an index has a line for each file of the site, and every snapshot
 * reads and writes it. What a line does not know is passed over. Neighbouring files lie in the same pack, which is then
 * the same object. Not thread-safe.
 */
final class IndexJson {
    private final BlobJson blobs = new BlobJson();

    /**
     * Reads the object that the parser stands at the beginning of.
     *
     * @throws JsonParseException for what is no line
     */
    IndexLine read(JsonParser in) throws IOException {
        IndexLine line = new IndexLine();
        BlobJson.expect(in, JsonToken.START_OBJECT);
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
                case "pack" -> line.pack = in.currentToken() == JsonToken.VALUE_NULL ? null : blobs.blob(in);
                case "more" -> line.more = blobs(in);
                case "offset" -> line.offset = number(in);
                case "rest" -> line.rest = number(in);
                case "blobs" -> line.blobs = blobs(in);
                case "list" -> line.list = in.currentToken() == JsonToken.VALUE_NULL ? null : blobs.list(in);
                default -> in.skipChildren();
            }
        }
        return line;
    }

    static void write(IndexLine line, JsonGenerator out) throws IOException {
        out.writeStartObject();
        text("path", line.path, out);
        text("path64", line.path64, out);
        text("type", line.type, out);
        text("mode", line.mode, out);
        text("mtime", line.mtime, out);
        text("owner", line.owner, out);
        text("group", line.group, out);
        number("size", line.size, out);
        text("sha256", line.sha256, out);
        text("target", line.target, out);
        text("target64", line.target64, out);
        if (line.pack != null) {
            out.writeFieldName("pack");
            BlobJson.write(line.pack, out);
        }
        if (line.more != null) {
            BlobJson.writeField("more", line.more, out);
        }
        number("offset", line.offset, out);
        number("rest", line.rest, out);
        BlobJson.writeFields(line.blobs, line.list, out);
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

    private static String text(JsonParser in) throws IOException {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        BlobJson.expect(in, JsonToken.VALUE_STRING);
        return in.getText();
    }

    private List<BlobRef> blobs(JsonParser in) throws IOException {
        return in.currentToken() == JsonToken.VALUE_NULL ? null : blobs.blobs(in);
    }

    private static Long number(JsonParser in) throws IOException {
        return in.currentToken() == JsonToken.VALUE_NULL ? null : BlobJson.number(in);
    }
}
