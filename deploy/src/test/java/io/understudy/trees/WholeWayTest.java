package io.understudy.trees;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.BlobRef;
import io.understudy.repository.FileContent;
import io.understudy.repository.TreeData;
import io.understudy.repository.TreeIndex;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the primary captures is what the replica has: any names, any kinds of entries, any changes, any locale. */
class WholeWayTest {
    @TempDir
    Path temp;

    private Path source;
    private Path live;

    @BeforeEach
    void makeFolders() throws IOException {
        source = Files.createDirectory(temp.resolve("source"));
        live = Files.createDirectory(temp.resolve("live"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void followsARandomTreeThroughItsChanges(long seed) throws IOException {
        RandomTree tree = new RandomTree(source, seed).grow(120);
        CopyTree copy = new CopyTree(source, live, temp.resolve("state"));
        for (int n = 1; n <= 6; n++) {
            List<String> before = TreePrint.of(live);
            copy.run();
            assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
            if (n % 3 == 0) {
                copy.back();
                assertThat(TreePrint.of(live)).isEqualTo(before);
                copy.run();
                assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
            }
            tree.mutate(40);
        }
    }

    @Test
    void keepsEveryNameInAnEmptyEnvironment() throws Exception {
        new RandomTree(source, 77).grow(200);
        assertThat(inEmptyEnvironment()).isEqualTo("ANSI_X3.4-1968");
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
        assertThat(TreePrint.of(live)).anyMatch(line -> line.contains("\\xff\\xfe"));
    }

    @Test
    void makesTheSameIndexInAnyLocale() throws Exception {
        new RandomTree(source, 78).grow(100);
        inEmptyEnvironment();
        Path index = temp.resolve("state/primary/capture/media.index");
        byte[] there = Files.readAllBytes(index);
        Files.delete(index);
        new CopyTree(source, live, temp.resolve("state")).run();
        assertThat(Files.readAllBytes(index)).isEqualTo(there);
    }

    /** No lock-in: GNU tar alone brings back every small file under its exact name. */
    @Test
    void tarRestoresThePacks() throws Exception {
        new RandomTree(source, 79).grow(150);
        CopyTree copy = new CopyTree(source, live, temp.resolve("state"));
        TreeData data = copy.run();
        Path packs = temp.resolve("packs.tar");
        try (var out = Files.newOutputStream(packs)) {
            List<BlobRef> blobs = TreeIndex.read(data.index(), copy.blobs())
                    .flatMap(entry -> entry.content().stream())
                    .filter(FileContent.Packed.class::isInstance)
                    .map(content -> ((FileContent.Packed) content).pack())
                    .distinct()
                    .toList();
            for (BlobRef blob : blobs) {
                copy.blobs().open(blob).transferTo(out);
            }
        }
        Path restored = Files.createDirectory(temp.resolve("restored"));
        run(new ProcessBuilder("tar", "-x", "-i", "-f", packs.toString(), "-C", restored.toString()));

        List<String> wanted =
                contents(source).stream().filter(contents(restored)::contains).toList();
        assertThat(contents(restored)).isNotEmpty().isEqualTo(wanted);
    }

    /** Paths and contents of all files, without attributes. */
    private static List<String> contents(Path root) {
        return TreePrint.of(root).stream()
                .filter(line -> line.contains(" FILE "))
                .map(line -> line.replaceAll(" FILE \\S+ \\S+ \\S+", ""))
                .toList();
    }

    private String inEmptyEnvironment() throws Exception {
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CopyTree.class.getName(),
                source.toString(),
                live.toString(),
                temp.resolve("state").toString());
        java.environment().clear();
        String[] lines = run(java).split("\n");
        return lines[lines.length - 1];
    }

    private static String run(ProcessBuilder command) throws Exception {
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output.strip();
    }
}
