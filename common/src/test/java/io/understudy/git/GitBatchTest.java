package io.understudy.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitBatchTest {
    private final List<String> taken = new ArrayList<>();

    @Test
    void givesEachContentAndPassesOverWhatIsNotRead() throws IOException {
        read("a blob 4\none\n\nb blob 6\nunread\nc blob 0\n\n", (id, size, in) -> {
            String content = id.equals("b") ? "-" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            taken.add(id + " " + size + " " + content);
        });

        assertThat(taken).containsExactly("a 4 one\n", "b 6 -", "c 0 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a missing\n",
                "a tree 1\nx\n",
                "b blob 1\nx\n",
                "a blob 3\nx",
                "a blob 1\nxx\n",
                "a blob 1\nx",
                "a blob 1\nx\nb mis"
            })
    void refusesWhatLacksAnObject(String output) {
        assertThatThrownBy(() -> read(output, (id, size, in) -> in.readAllBytes()))
                .isInstanceOf(IOException.class);
    }

    private static void read(String output, GitFolder.Contents contents) throws IOException {
        GitBatch.read(
                new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8)), List.of("a", "b", "c"), contents);
    }
}
