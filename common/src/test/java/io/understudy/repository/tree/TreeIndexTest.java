package io.understudy.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.repository.TreeData;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreeSnapshots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeIndexTest {
    private static final String ATTRIBUTES =
            "\"mode\":\"0755\",\"mtime\":\"2026-11-20T11:00:00Z\",\"owner\":\"o\",\"group\":\"g\"";
    private static final String ROOT = "{\"path\":\".\",\"type\":\"folder\"," + ATTRIBUTES + "}\n";

    @TempDir
    Path temp;

    @Test
    void readsWhatItWrote() throws IOException {
        new RandomTree(temp, 5).grow(200);
        MemoryBlobs blobs = new MemoryBlobs();
        List<IndexEntry> entries = TreeSnapshots.entries(temp, blobs);
        TreeData data = TreeSnapshots.index("t", TreeKind.FILES, entries, blobs);
        assertThat(TreeIndex.read(data.index(), blobs)).isEqualTo(entries);
        for (IndexEntry entry : entries) {
            assertThat(TreeIndex.fromJson(TreeIndex.toJson(entry))).isEqualTo(entry);
        }
    }

    @Test
    void writesLinesThatShellToolsCanRead() throws IOException {
        String file = "{\"path\":\"a\",\"type\":\"file\"," + ATTRIBUTES + ",\"size\":0,\"sha256\":\"" + "ab".repeat(32)
                + "\",\"blobs\":[]}\n";
        String link = "{\"path64\":\"/w==\",\"type\":\"link\"," + ATTRIBUTES + ",\"target\":\"../x\"}\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (IndexEntry entry : read(ROOT + file + link).toList()) {
            TreeIndex.write(entry, out);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(ROOT + file + link);
    }

    /** Files that end in packs, as an encrypted repository has them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"size\":90,\"sha256\":\"H\",\"pack\":P,\"more\":[P],\"offset\":70",
                "\"size\":99,\"sha256\":\"H\",\"pack\":P,\"offset\":70,\"rest\":10,\"blobs\":[Q]",
                "\"size\":150,\"sha256\":\"H\",\"pack\":P,\"more\":[P],\"offset\":70,\"rest\":61,\"blobs\":[Q]",
                "\"size\":9000,\"sha256\":\"H\",\"pack\":P,\"offset\":7,\"rest\":3,\"list\":{\"bytes\":89,\"blobs\":[Q]}",
            })
    void readsAndWritesWhereAnEncryptedRepositoryHasFiles(String content) throws IOException {
        String line = "{\"path\":\"x\",\"type\":\"file\"," + ATTRIBUTES + "," + blobs(content) + "}\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (IndexEntry entry : read(ROOT + line).toList()) {
            TreeIndex.write(entry, out);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(ROOT + line);
    }

    private static String blobs(String content) {
        return content.replace("P", "{\"id\":\"H\",\"bytes\":80,\"stored\":1}")
                .replace("Q", "{\"id\":\"H\",\"bytes\":89,\"stored\":1}")
                .replace("\"H\"", "\"" + "ab".repeat(32) + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"path\":\"/etc/passwd\",\"type\":\"folder\",A}",
                "{\"path\":\"../up\",\"type\":\"folder\",A}",
                "{\"path\":\"\",\"type\":\"folder\",A}",
                "{\"type\":\"folder\",A}",
                "{\"path64\":\"Li4=\",\"type\":\"folder\",A}",
                "{\"path\":\"sda\",\"type\":\"device\",A}",
                "{\"path\":\"x\",A}",
                "{\"path\":\"no/parent\",\"type\":\"folder\",A}",
                "{\"path\":\".\",\"type\":\"folder\",A}",
                "{\"path\":\"b\",\"type\":\"folder\",A} {\"path\":\"a\",\"type\":\"folder\",A}",
                "{\"path\":\"a\",\"type\":\"folder\",A} {\"path\":\"a\",\"type\":\"folder\",A}",
                "{\"path\":\"a\",\"type\":\"link\",A,\"target\":\"/\"} {\"path\":\"a/b\",\"type\":\"folder\",A}",
            })
    void refusesUnsafePaths(String lines) {
        assertThatThrownBy(() -> read(ROOT + lines.replace("A", ATTRIBUTES)).toList())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSAFE_PATH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"path\":\"x\"",
                "not json",
                "{\"path\":\"x\",\"type\":\"file\",A}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":-1,\"sha256\":\"H\",\"blobs\":[]}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":1,\"sha256\":\"H\",\"blobs\":[]}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":0,\"sha256\":\"zz\",\"blobs\":[]}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":9,\"sha256\":\"H\",\"pack\":{\"id\":\"H\",\"bytes\":8},\"offset\":0}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":9,\"sha256\":\"H\",\"pack\":{\"id\":\"H\",\"bytes\":80},\"offset\":-1}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":91,\"sha256\":\"H\",\"pack\":P,\"more\":[P],\"offset\":70}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":9,\"sha256\":\"H\",\"pack\":P,\"more\":[P],\"offset\":81}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":9,\"sha256\":\"H\",\"pack\":P,\"more\":{},\"offset\":0}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":90,\"sha256\":\"H\",\"pack\":P,\"offset\":0,\"rest\":2,\"blobs\":[Q]}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":9,\"sha256\":\"H\",\"pack\":P,\"offset\":0,\"rest\":9,\"blobs\":[]}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":9,\"sha256\":\"H\",\"pack\":P,\"offset\":0,\"rest\":-80,\"blobs\":[Q]}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":9,\"sha256\":\"H\",\"pack\":P,\"offset\":0,\"rest\":19,\"list\":{\"bytes\":89,\"blobs\":[Q]}}",
                "{\"path\":\"x\",\"type\":\"link\",A}",
                "{\"path\":\"x\",\"type\":\"link\",A,\"target\":\"\"}",
                "{\"path\":\"x\",\"type\":\"folder\",\"mode\":\"9\",\"mtime\":\"2026-11-20T11:00:00Z\",\"owner\":\"o\",\"group\":\"g\"}",
                "{\"path\":\"x\",\"type\":\"folder\",\"mode\":\"0755\",\"mtime\":\"yesterday\",\"owner\":\"o\",\"group\":\"g\"}",
                "{\"path64\":\"!\",\"type\":\"folder\",A}",
                "[{\"path\":\"x\",\"type\":\"folder\",A}]",
                "{\"path\":5,\"type\":\"folder\",A}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":\"0\",\"sha256\":\"H\",\"blobs\":[]}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":0,\"sha256\":\"H\",\"blobs\":{}}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":0,\"sha256\":\"H\",\"blobs\":null}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":0,\"sha256\":\"H\",\"pack\":{\"id\":\"zz\",\"bytes\":8},\"offset\":0}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":0,\"sha256\":\"H\",\"pack\":{\"bytes\":8},\"offset\":0}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":0,\"sha256\":\"H\",\"pack\":{\"id\":\"H\",\"bytes\":8,\"continues\":[1]},\"offset\":0}",
                "{\"path\":\"x\",\"type\":\"file\",A,\"size\":0,\"sha256\":\"H\",\"pack\":{\"id\":\"H\",\"bytes\":8,\"continues\":{\"id\":\"H\"}},\"offset\":0}",
            })
    void refusesWhatIsNoIndex(String lines) {
        String text = lines.replace("A}", ATTRIBUTES + "}")
                .replace("A,", ATTRIBUTES + ",")
                .transform(TreeIndexTest::blobs);
        assertThatThrownBy(() -> read(ROOT + text).toList())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED));
    }

    @Test
    void ignoresFieldsThatItDoesNotKnow() {
        assertThat(read(ROOT.replace("{", "{\"later\":[1,{\"path\":\"..\"}],"))).hasSize(1);
    }

    private static Stream<IndexEntry> read(String lines) {
        return TreeIndex.read(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    }
}
