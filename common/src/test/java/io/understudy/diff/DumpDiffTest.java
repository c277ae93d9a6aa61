package io.understudy.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.browse.BrowsedSite;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code diff} of databases that commands dump: by the parts of the dumps, which are not read. */
class DumpDiffTest {
    @TempDir
    private Path folder;

    private BrowsedSite site;
    private final List<BlobRef> parts = new ArrayList<>();

    @BeforeEach
    void build() throws IOException {
        site = new BrowsedSite(folder, List.of(DiffCommand.class));
    }

    private DatabaseData dump(String name, byte[] content) {
        try (StreamWriter writer = StreamWriter.dump(site.blobs())) {
            writer.write(content);
            StreamRef whole = writer.finish();
            whole.blobs(site.blobs()).forEachRemaining(parts::add);
            StreamRef kept = new References(site.blobs()).keep(whole);
            return DatabaseData.ofCommand(name, kept, StreamRef.NONE, new DatabaseData.Dump(Instant.EPOCH, "mariadb"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> lines(String... arguments) {
        assertThat(site.run(arguments)).as(site.err()).isZero();
        return site.out().lines().toList();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    /** Long enough for its parts to have a list of their own. */
    @Test
    void saysHowMuchAtMostDiffersAndReadsNoDump() {
        byte[] content = random(24 << 20);
        byte[] changed = content.clone();
        changed[4 << 20]++;
        byte[] longer = Arrays.copyOf(changed, changed.length + 5);
        site.takeDatabases(List.of(dump("shop", content), dump("same", random(100))));
        site.takeDatabases(List.of(dump("shop", longer), dump("same", random(100))));
        parts.forEach(part -> site.blobs().remove(part.id()));
        List<String> lines = lines("diff", "00000001-00000001", "00000001-00000002");
        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .matches("database shop {2}25165824 bytes -> 25165829 bytes: [0-9.]+ [KM]iB in parts that came,"
                                + " [0-9.]+ [KM]iB in parts that went"));
        assertThat(lines).contains(DumpDifference.MEANING).noneMatch(line -> line.contains("same"));
        assertThat(lines("diff", "00000001-00000001", "00000001-00000002", "--json")
                        .get(0))
                .containsPattern("\"databases\":\\[\\{\"name\":\"shop\",\"from\":\"25165824 bytes\","
                        + "\"to\":\"25165829 bytes\",\"gone\":[0-9]{5,7},\"came\":[0-9]{5,7}}]");
    }

    @Test
    void oneThatCameOrWentHasNothingToBeComparedWith() {
        site.takeDatabases(List.of(dump("old", random(41))));
        site.takeDatabases(List.of(dump("fresh", random(42))));
        assertThat(lines("diff", "00000001-00000001", "00000001-00000002"))
                .contains("database fresh  none -> 42 bytes", "database old  41 bytes -> none")
                .doesNotContain(DumpDifference.MEANING);
    }

    /** Written again as it was, by another preset: no part is another one. */
    @Test
    void oneOfAnotherPresetAndTheSameBytesDiffersInNoPart() {
        DatabaseData first = dump("shop", random(100));
        site.takeDatabases(List.of(first));
        site.takeDatabases(List.of(DatabaseData.ofCommand(
                "shop", first.archive(), StreamRef.NONE, new DatabaseData.Dump(Instant.EPOCH, "mysql"))));
        assertThat(lines("diff", "00000001-00000001", "00000001-00000002"))
                .contains("database shop  100 bytes -> 100 bytes: 0 B in parts that came, 0 B in parts that went");
    }
}
