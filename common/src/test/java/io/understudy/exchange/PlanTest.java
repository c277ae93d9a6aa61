package io.understudy.exchange;

import static io.understudy.testing.Failures.assertFails;

import io.understudy.failure.ErrorCode;
import io.understudy.files.ContentHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are no plan, though their last line is right. */
class PlanTest {
    private static final String HEADER =
            "{\"format\":2,\"apply\":\"a\",\"tree\":\"t\",\"kind\":\"files\",\"root\":\"/srv\",\"owners\":true}\n";

    @TempDir
    private Path folder;

    private Path plan(String lines) throws IOException {
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        String hash = ContentHash.ofContent(bytes, 0, bytes.length).hex();
        return Files.writeString(folder.resolve("t.plan"), lines + "{\"sha256\":\"" + hash + "\"}\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null\n",
                "{\"format\":2,\"apply\":\"a\",\"tree\":\"t\",\"kind\":\"files\",\"owners\":true}\n",
                "{\"format\":2,\"tree\":\"t\",\"kind\":\"files\",\"root\":\"/srv\",\"owners\":true}\n",
                "{\"format\":2,\"apply\":\"a\",\"tree\":\"t\",\"kind\":\"files\",\"root64\":\"!\",\"owners\":true}\n",
                "{\"format\":2,\"apply\":\"a\",\"tree\":\"t\",\"kind\":\"files\",\"root\":\"\\u0000\",\"owners\":true}\n"
            })
    void aFirstLineThatLacksSomethingIsDamage(String header) throws IOException {
        Path file = plan(header);
        assertFails(ErrorCode.STATE_DAMAGED, () -> Plan.open(file).close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "{}", "[]", "7", "null", "{\"attribute\":{}}"})
    void aLineThatIsNoChangeIsDamage(String line) throws IOException {
        try (Plan plan = Plan.open(plan(HEADER + line + "\n"))) {
            assertFails(ErrorCode.STATE_DAMAGED, () -> plan.change(0));
        }
    }

    @Test
    void aWholePlanWithoutChangesIsRead() throws IOException {
        Plan.open(plan(HEADER)).close();
    }
}
