package io.understudy.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.files.FileStat;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the primary captures is what the replica has: any names, any kinds of entries, any changes, any locale. */
@Tag("slow")
class WholeWayTest {
    private static final String NEEDED = ".*/(common|agent-|jackson-|slf4j-|logback-|commons-).*\\.jar";

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

    @Tag("always")
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
    @Tag("always")
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

    /** Without root's rights no process may write into a folder that is not writable, not even its owner. */
    @Test
    void followsReadOnlyFoldersWithoutRootsRights() throws Exception {
        assumeTrue(FileStat.of(source).uid() == 0 && Files.isExecutable(Path.of("/usr/bin/setpriv")));
        Files.createDirectories(source.resolve("closed/deeper/gone"));
        Files.writeString(source.resolve("closed/deeper/gone/file"), "x");
        Files.writeString(source.resolve("closed/file"), "x");
        Files.setAttribute(source.resolve("closed/deeper/gone"), "unix:mode", 0555);
        Files.setAttribute(source.resolve("closed/deeper"), "unix:mode", 0555);
        Files.setAttribute(source.resolve("closed"), "unix:mode", 0555);
        Files.createDirectory(temp.resolve("state"));
        String libraries = readableLibraries();
        run(new ProcessBuilder("chown", "-R", "nobody", temp.toString()));

        run(unprivileged(libraries));
        assertThat(withoutOwners(live)).isEqualTo(withoutOwners(source));

        Files.delete(source.resolve("closed/deeper/gone/file"));
        Files.delete(source.resolve("closed/deeper/gone"));
        Files.writeString(source.resolve("closed/file"), "changed");
        run(unprivileged(libraries));
        assertThat(withoutOwners(live)).isEqualTo(withoutOwners(source));
    }

    private ProcessBuilder unprivileged(String libraries) {
        List<String> command =
                new ArrayList<>(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
        command.addAll(java(libraries).command());
        return new ProcessBuilder(command);
    }

    /** The build's folders and the repository of libraries may lie where only root can read. */
    private String readableLibraries() throws Exception {
        Path copies = Files.createDirectory(temp.resolve("libraries"));
        List<String> places = new ArrayList<>();
        for (String place : System.getProperty("java.class.path").split(":")) {
            if (Files.isDirectory(Path.of(place)) || place.matches(NEEDED)) {
                Path copy = copies.resolve(places.size() + "-" + Path.of(place).getFileName());
                run(new ProcessBuilder("cp", "-rL", place, copy.toString()));
                places.add(copy.toString());
            }
        }
        return String.join(":", places);
    }

    private static List<String> withoutOwners(Path root) {
        return TreePrint.of(root).stream()
                .map(line -> line.replaceAll(" [0-9]+:[0-9]+ ", " "))
                .toList();
    }

    private String inEmptyEnvironment() throws Exception {
        ProcessBuilder java = java(System.getProperty("java.class.path"));
        java.environment().clear();
        String[] lines = run(java).split("\n");
        return lines[lines.length - 1];
    }

    private ProcessBuilder java(String libraries) {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                libraries,
                CopyTree.class.getName(),
                source.toString(),
                live.toString(),
                temp.resolve("state").toString());
    }

    private static String run(ProcessBuilder command) throws Exception {
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output.strip();
    }
}
