package io.understudy.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.history.RowNote.Phase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a {@link RowNote} begins with: an agent has no memory for the rows of twenty. Its check is not looked at. */
record RowNoteHead(Instant at, Phase phase) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * @return empty where there is no note, or it is damaged
     * @throws UnderstudyException {@code FILE_*}
     */
    static Optional<RowNoteHead> read(Path file) {
        Map<String, String> fields = new HashMap<>();
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = JSON.createParser(in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME
                    && !parser.currentName().equals("rows")) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.VALUE_STRING) {
                    fields.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
            return fields.containsKey("at") && fields.containsKey("phase")
                    ? Optional.of(new RowNoteHead(Instant.parse(fields.get("at")), Phase.valueOf(fields.get("phase"))))
                    : Optional.empty();
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }
}
