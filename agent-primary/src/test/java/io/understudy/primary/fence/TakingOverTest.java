package io.understudy.primary.fence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TakingOverTest {
    @TempDir
    private Path state;

    /** Only what has never followed, or holds the epoch that it claimed, can be an old primary. */
    @ParameterizedTest
    @CsvSource({
        "'{\"state\":{\"kind\":\"following\"}}', true",
        "'{\"state\":{\"kind\":\"promoting\",\"epoch\":3}}', true",
        "'{\"state\":{\"kind\":\"promoted\",\"claimed\":false}}', true",
        "'{\"state\":{\"kind\":\"promoted\",\"claimed\":true}}', false",
        "'{\"state\":', true",
    })
    void byTheRecordOfTheReplicasAgent(String record, boolean takes) throws IOException {
        Files.writeString(state.resolve("replica.json"), record);
        assertThat(new TakingOver(state).getAsBoolean()).isEqualTo(takes);
    }

    @Test
    void aServerThatWasNeverAStandbyDoesNot() {
        assertThat(new TakingOver(state).getAsBoolean()).isFalse();
    }
}
