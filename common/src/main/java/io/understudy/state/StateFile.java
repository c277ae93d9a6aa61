package io.understudy.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file of the state folder that holds one record as JSON, written as a whole:
 *
 * <pre>{"format":1, …the record…, "check":"0f343b0931126a20"}</pre>
 *
 * {@code check} is a {@link StateCheck}. Fields that this version does not know are passed over. Writing and deleting
 * are durable on return. Failures are {@code STATE_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code DISK_FULL},
 * {@code FILE_DENIED} and {@code FILE_FAILED}; for an entry whose loss only costs something they are logged, and
 * reading finds nothing. Thread-safe.
 *
 * @param <T> a record
 */
public final class StateFile<T> {
    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    private static final String FORMAT = "format";

    private final StateStorage storage;
    private final StateEntry entry;
    private final Class<T> type;
    private volatile String warned = "";

    public StateFile(StateStorage storage, StateEntry entry, Class<T> type) {
        this.storage = storage;
        this.entry = entry;
        this.type = type;
    }

    /** @param state the state folder; made when something is written */
    public static <T> StateFile<T> in(Path state, StateEntry entry, Class<T> type) {
        // A command that root ran leaves a file that the daemon can still read, where nothing in it decides anything.
        Set<PosixFilePermission> permissions = entry.loss() == Loss.COSTS ? AtomicFiles.READABLE : AtomicFiles.PRIVATE;
        return new StateFile<>(new StateStorage.OnDisk(entry.in(state), permissions), entry, type);
    }

    /** @return empty when there is none */
    public Optional<T> read() {
        try {
            Optional<T> found = storage.read().map(this::decode);
            warned = "";
            return found;
        } catch (UnderstudyException e) {
            refuseOrWarn(e);
            return Optional.empty();
        }
    }

    /** Whether there is one, be it damaged or unreadable. */
    public boolean exists() {
        return storage.exists();
    }

    /** Replaces it as a whole: a crash leaves the old content or the new. */
    public void write(T value) {
        try {
            keep(value);
        } catch (UnderstudyException e) {
            refuseOrWarn(e);
        }
    }

    /** As {@link #write}, but nothing goes on without it: a failure is thrown, whatever its loss costs. */
    public void keep(T value) {
        ObjectNode document = JSON.createObjectNode().put(FORMAT, entry.format());
        document.setAll(JSON.<ObjectNode>valueToTree(value));
        StateCheck.seal(document);
        storage.write((document.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Does nothing where there is none. */
    public void delete() {
        try {
            storage.delete();
        } catch (UnderstudyException e) {
            refuseOrWarn(e);
        }
    }

    private T decode(byte[] bytes) {
        try {
            JsonNode document = JSON.readTree(bytes);
            int format = document.path(FORMAT).asInt();
            if (document.isObject() && format > 0 && format != entry.format()) {
                throw unknown(format);
            }
            if (format == 0 || !StateCheck.isWhole((ObjectNode) document)) {
                throw damaged("it is not what Understudy wrote", null);
            }
            return JSON.treeToValue(document, type);
        } catch (JsonProcessingException e) {
            throw damaged(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw damaged(e.getMessage(), e);
        }
    }

    private UnderstudyException unknown(int format) {
        return format > entry.format()
                ? new UnderstudyException(
                        ErrorCode.FORMAT_UNKNOWN,
                        "cannot read " + storage + ": it has format " + format + "; this version reads format "
                                + entry.format(),
                        "install the version of Understudy that wrote it, or a later one")
                : new UnderstudyException(
                        ErrorCode.FORMAT_UNKNOWN,
                        "cannot read " + storage + ": it has format " + format
                                + ", from before the first release; this version reads format " + entry.format(),
                        "move the file away: " + entry.whenLost());
    }

    private UnderstudyException damaged(String why, Exception cause) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot read " + storage + ": it is damaged (" + why + ")",
                "move the file away: " + entry.whenLost(),
                cause);
    }

    /** The same warning once in a row: some files are read every few seconds. */
    private void refuseOrWarn(UnderstudyException failure) {
        if (entry.loss() != Loss.COSTS) {
            throw failure;
        }
        if (!warned.equals(failure.getMessage())) {
            warned = failure.getMessage();
            LOG.warn("{}; the agent continues without it: {}", failure.getMessage(), entry.whenLost());
        }
    }
}
