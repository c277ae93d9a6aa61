package io.understudy.primary.fence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TakingOverTest {
    @TempDir
    private Path state;

    /**
     * Only what has never imported anything, holds the epoch that it claimed, or can't claim it any more, can be an old
     * primary.
     */
    @ParameterizedTest
    @CsvSource({
        "'{\"state\":{\"kind\":\"following\"}}', true",
        "'{\"state\":{\"kind\":\"promoting\",\"epoch\":3}}', true",
        "'{\"state\":{\"kind\":\"promoted\",\"claimed\":false}}', true",
        "'{\"state\":{\"kind\":\"promoted\",\"claimed\":false,\"taken\":null}}', true",
        "'{\"state\":{\"kind\":\"promoted\",\"claimed\":false,\"taken\":true}}', false",
        "'{\"state\":{\"kind\":\"promoted\",\"claimed\":true}}', false",
        "'{\"state\":{\"kind\":\"seeding\"}}', false",
        "'{\"state\":', true",
    })
    void byTheRecordOfTheReplicasAgent(String record, boolean takes) throws IOException {
        Files.writeString(state.resolve("replica.json"), record);
        assertThat(new TakingOver(state).getAsBoolean()).isEqualTo(takes);
    }

    /** The epoch says which time it is that its site is stopped for. */
    @ParameterizedTest
    @CsvSource({
        "'{\"state\":{\"kind\":\"promoted\",\"epoch\":3,\"claimed\":false,\"taken\":true}}', 3",
        "'{\"state\":{\"kind\":\"promoted\",\"epoch\":3,\"claimed\":false}}',",
        "'{\"state\":{\"kind\":\"promoted\",\"epoch\":3,\"claimed\":true,\"taken\":true}}', 3",
        "'{\"state\":{\"kind\":\"following\"}}',",
        "'{\"state\":',",
    })
    void isOverruledByTheSameRecord(String record, Integer epoch) throws IOException {
        Files.writeString(state.resolve("replica.json"), record);
        assertThat(new TakingOver(state).overruled()).isEqualTo(Optional.ofNullable(epoch));
    }

    @Test
    void aServerThatWasNeverAStandbyDoesNot() {
        assertThat(new TakingOver(state).overruled()).isEmpty();
        assertThat(new TakingOver(state).getAsBoolean()).isFalse();
    }
}
