package io.understudy.replica.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A primary whose trees hold what gives rights on the standby, or leads out of the tree there. */
class RiskyTreeTest {
    @TempDir
    Path temp;

    private Path live;
    private Path source;

    @BeforeEach
    void makeTrees() throws IOException {
        live = Files.createDirectory(temp.resolve("live"));
        source = Files.createDirectory(temp.resolve("source"));
        Files.createDirectory(source.resolve("bin"));
        set(source.resolve("bin"), 02775);
        set(Files.writeString(source.resolve("bin/su"), "x"), 04755);
        set(Files.writeString(source.resolve("bin/group"), "y"), 02755);
        Files.write(source.resolve("large"), new byte[3 << 20]);
        set(source.resolve("large"), 06711);
        Files.createSymbolicLink(source.resolve("bin/inside"), Path.of("../large"));
        Files.createSymbolicLink(source.resolve("outside"), Path.of("/etc"));
        Files.createSymbolicLink(source.resolve("up"), Path.of("../elsewhere"));
    }

    @ParameterizedTest
    @EnumSource(
            value = TreeKind.class,
            names = {"FILES", "CONFIG", "SECRETS"})
    void takesTheBitsFromFilesAndLeavesOutTheLinks(TreeKind kind) throws IOException {
        TreeBench bench = bench(kind);
        bench.apply(1, source);

        assertThat(mode("bin/su") & 06000).isZero();
        assertThat(mode("bin/group") & 06000).isZero();
        assertThat(mode("large") & 06000).isZero();
        assertThat(Files.readSymbolicLink(live.resolve("bin/inside"))).isEqualTo(Path.of("../large"));
        assertThat(live.resolve("outside")).doesNotExist();
        assertThat(Files.exists(live.resolve("up"), LinkOption.NOFOLLOW_LINKS)).isFalse();
        if (kind == TreeKind.FILES) {
            assertThat(mode("bin/su")).isEqualTo(0755);
            assertThat(mode("bin")).as("a folder keeps its group").isEqualTo(02775);
        }
    }

    @Test
    void correctsWhatIsThereAlready() throws IOException {
        Files.createDirectory(live.resolve("bin"));
        set(Files.writeString(live.resolve("bin/su"), "x"), 04755);
        Files.createSymbolicLink(live.resolve("outside"), Path.of("/etc"));
        bench(TreeKind.FILES).apply(1, source);

        assertThat(mode("bin/su")).isEqualTo(0755);
        assertThat(Files.exists(live.resolve("outside"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    /** What is left out is not missed: it would be repaired every minute. */
    @Test
    void missesNothing() throws IOException {
        TreeBench bench = bench(TreeKind.FILES);
        TreeData data = bench.take(source);
        bench.prepare(1, data);
        bench.forward(1);
        assertThat(bench.stager().lacking(bench.manifest(1, data), bench.blobs)).isEmpty();
    }

    @Test
    void changesNothingTheSecondTime() throws IOException {
        TreeBench bench = bench(TreeKind.FILES);
        bench.apply(1, source);
        Object before =
                Files.readAttributes(live.resolve("bin/su"), "unix:ctime").get("ctime");
        bench.stager().prepare(bench.manifest(2, bench.take(source)), bench.blobs, Progress.none());
        bench.apply(3, source);
        assertThat(Files.readAttributes(live.resolve("bin/su"), "unix:ctime").get("ctime"))
                .isEqualTo(before);
    }

    @Test
    void takesAllWhereTheTreeAllowsIt() throws IOException {
        TreeBench bench = bench(TreeKind.FILES);
        bench.takesAll = true;
        bench.apply(1, source);
        assertThat(mode("bin/su")).isEqualTo(04755);
        assertThat(mode("large")).isEqualTo(06711);
        assertThat(Files.readSymbolicLink(live.resolve("outside"))).isEqualTo(Path.of("/etc"));
    }

    private TreeBench bench(TreeKind kind) {
        TreeBench bench = new TreeBench(temp.resolve("state"), live, kind);
        bench.takesAll = false;
        return bench;
    }

    private static void set(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }

    private int mode(String path) throws IOException {
        return (int) Files.getAttribute(live.resolve(path), "unix:mode") & 07777;
    }
}
