package io.understudy.replica.state;

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
import io.understudy.files.StateCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The durable ledger of this replica, {@code replica.json} in the state folder, and the only way to change it: what
 * {@link #change} returned for is on disk. Changes are made under the {@link ApplyLock}; reading needs no lock.
 *
 * <pre>
 * {"format":1,
 *  "state":{"kind":"following",
 *           "current":{"database":{"cluster":7301,"oid":16384},"snapshot":"00000001-00000042","moment":"…"},
 *           "proven":true,"since":"…","previous":null},
 *  "owned":[{"cluster":7301,"oid":16384}],"prepared":null,"failed_attempts":[],"last_error":null,"leaving":null,
 *  "set_aside":[],"failures":0,"claim":null,"clean_up":null,"check":"0f343b0931126a20"}
 * </pre>
 *
 * {@code check} is a {@link StateCheck}.
 */
public final class ReplicaStateStore {
    private static final int FORMAT = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final StateFile file;

    public ReplicaStateStore(StateFile file) {
        this.file = file;
    }

    /** The one of this state folder. */
    public static ReplicaStateStore in(Path state) {
        return new ReplicaStateStore(new DurableFile(state.resolve("replica.json")));
    }

    /** @return empty when this server has never been a replica, or its state was lost */
    public Optional<ReplicaRecord> read() {
        return file.read().map(this::decode);
    }

    /** What is known; an empty ledger when nothing is. */
    public ReplicaRecord ledger() {
        return read().orElseGet(ReplicaRecord::empty);
    }

    public ReplicaState state() {
        return ledger().state();
    }

    /** Makes the change durable, then returns what it made. */
    public ReplicaRecord change(UnaryOperator<ReplicaRecord> change) {
        ReplicaRecord next = change.apply(ledger());
        file.write(encode(next));
        return next;
    }

    private static byte[] encode(ReplicaRecord ledger) {
        ObjectNode content = JSON.valueToTree(ledger);
        ObjectNode document = JSON.createObjectNode().put("format", FORMAT);
        document.setAll(content);
        StateCheck.seal(document);
        return (document.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private ReplicaRecord decode(byte[] bytes) {
        try {
            JsonNode document = JSON.readTree(bytes);
            int format = document.path("format").asInt();
            if (document.isObject() && format > FORMAT) {
                throw new UnderstudyException(
                        ErrorCode.FORMAT_UNKNOWN,
                        "cannot read the replica's state " + file + ": its format is " + format
                                + ", this version knows " + FORMAT,
                        "install the version that wrote it, or a later one");
            }
            if (format == FORMAT && StateCheck.isWhole((ObjectNode) document)) {
                return JSON.treeToValue(document, ReplicaRecord.class);
            }
        } catch (IOException e) {
            throw damaged(e);
        }
        throw damaged(null);
    }

    private UnderstudyException damaged(Exception cause) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot read the replica's state " + file + ": it is damaged",
                "move the file away: the agent restores its state from the marker, and drops no database that it does not know",
                cause);
    }
}
