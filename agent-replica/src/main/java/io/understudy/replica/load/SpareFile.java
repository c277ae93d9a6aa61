package io.understudy.replica.load;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.StateCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The durable {@link SpareRecord}, {@code spare.json} in the state folder, where {@code check} is a {@link StateCheck}.
 *
 * <pre>{@code
 * {"format":1,"stage":"LOADED","name":"site_understudy_8f3a","cluster":75…,"oid":16400,
 *  "snapshot":"00000001-00000042","check":"0f343b0931126a20"}
 * }</pre>
 */
final class SpareFile {
    private static final int FORMAT = 1;
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final Path file;

    SpareFile(Path state) {
        this.file = state.resolve("spare.json");
    }

    /**
     * @throws UnderstudyException {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code FILE_DENIED},
     *     {@code FILE_FAILED}
     */
    Optional<SpareRecord> read() {
        try {
            return Optional.of(parsed(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw damaged(e.getMessage(), e);
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    private UnderstudyException damaged(String why, Exception cause) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot read " + file + ": " + why,
                "check the spare database: drop it if Understudy created it, rename it if it is your own; the next load then starts over",
                cause);
    }

    private SpareRecord parsed(byte[] bytes) throws IOException {
        JsonNode json = MAPPER.readTree(bytes);
        int format = json.path("format").asInt(0);
        if (format > FORMAT) {
            throw new UnderstudyException(
                    ErrorCode.FORMAT_UNKNOWN,
                    "cannot read " + file + ": its format is " + format,
                    "upgrade Understudy on this server: a later version wrote it");
        }
        boolean isRecord = format == FORMAT && json.hasNonNull("stage") && json.hasNonNull("name");
        if (!isRecord || !StateCheck.isWhole((ObjectNode) json)) {
            throw damaged("it is damaged, or another program wrote it", null);
        }
        return MAPPER.treeToValue(json, SpareRecord.class);
    }

    /** Durable on return. */
    void write(SpareRecord spare) {
        try {
            ObjectNode json = MAPPER.createObjectNode().put("format", FORMAT);
            ObjectNode fields = MAPPER.valueToTree(spare);
            json.setAll(fields);
            StateCheck.seal(json);
            AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
            AtomicFiles.write(file, MAPPER.writeValueAsBytes(json), AtomicFiles.PRIVATE);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    void remove() {
        AtomicFiles.delete(file);
    }
}
