package io.understudy.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** State files: damaged, and with a check that is right for whatever they say. */
public final class StateFuzz {
    private static final JsonMapper JSON = new JsonMapper();

    private StateFuzz() {}

    /** Bytes in memory. */
    private static final class Held implements StateStorage {
        private byte[] bytes;

        @Override
        public Optional<byte[]> read() {
            return Optional.ofNullable(bytes);
        }

        @Override
        public void write(byte[] content) {
            bytes = content;
        }

        @Override
        public void delete() {
            bytes = null;
        }
    }

    /**
     * Two targets for one kind of record.
     *
     * @param entry whose loss stops the agent: failures of others are logged
     * @param values real ones
     */
    public static <T> List<Named> of(String name, StateEntry entry, Class<T> type, List<T> values) {
        return List.of(
                new Named(name, () -> target(entry, type, values, true)),
                new Named(name + "-damaged", () -> target(entry, type, values, false)));
    }

    private static <T> FuzzTarget target(StateEntry entry, Class<T> type, List<T> values, boolean sealed) {
        Held storage = new Held();
        StateFile<T> file = new StateFile<>(storage, entry, type);
        List<byte[]> corpus = values.stream()
                .map(value -> {
                    file.write(value);
                    return oneLine(storage.bytes);
                })
                .toList();
        return FuzzTarget.of(sealed ? Form.JSON : Form.BYTES, corpus, input -> {
            storage.bytes = sealed ? sealed(input) : input;
            Optional<T> read = file.read();
            if (!sealed) {
                read.ifPresent(value -> assertThat(values).contains(value));
                return;
            }
            read.ifPresent(value -> {
                file.write(value);
                assertThat(file.read()).isEqualTo(read);
            });
        });
    }

    private static byte[] oneLine(byte[] document) {
        try {
            return JSON.readTree(document).toString().getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("a state file is JSON", e);
        }
    }

    private static byte[] sealed(byte[] input) {
        try {
            JsonNode document = JSON.readTree(input);
            if (document instanceof ObjectNode object) {
                StateCheck.seal(object);
                return object.toString().getBytes(StandardCharsets.UTF_8);
            }
            return input;
        } catch (IOException e) {
            return input;
        }
    }
}
