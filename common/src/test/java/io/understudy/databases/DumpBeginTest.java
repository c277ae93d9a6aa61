package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DumpBeginTest {
    private static final String TEXT = "-- Header\n/*!40111 SET x */;\n\n--\n-- Table structure for `a`\nrest\n";

    private final List<String> fixed = new ArrayList<>();

    private String read(String text, int chunk, String... lines) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DumpBegin in = new DumpBegin(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                List.of(lines),
                () -> fixed.add(out.toString(StandardCharsets.UTF_8)));
        byte[] buffer = new byte[chunk];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineIsSeenOnceHoweverItIsCut() throws IOException {
        for (int chunk : List.of(1, 2, 7, 1000)) {
            fixed.clear();
            assertThat(read(TEXT + TEXT, chunk, "-- Other", "-- Table structure for "))
                    .isEqualTo(TEXT + TEXT);
            assertThat(fixed).hasSize(1);
            assertThat(TEXT.indexOf("-- Table structure for ") - fixed.get(0).length())
                    .isLessThan(chunk);
        }
    }

    @Test
    void whatStandsInTheMiddleOfALineIsNone() throws IOException {
        read(
                "a -- Table structure for `a`\n" + "x".repeat(200) + "-- Table structure for `a`",
                1,
                "-- Table structure for ");
        assertThat(fixed).isEmpty();
    }

    @Test
    void withoutLinesTheFirstByteSuffices() throws IOException {
        read("", 10);
        assertThat(fixed).isEmpty();
        read(TEXT, 10);
        assertThat(fixed).containsExactly("");
    }
}
