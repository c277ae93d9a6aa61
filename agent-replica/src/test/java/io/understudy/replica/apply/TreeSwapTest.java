package io.understudy.replica.apply;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.FileCache;
import io.understudy.files.FileStat;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeSwapTest extends SwappedTree {
    @Test
    void makesAnEmptyFolderWhatTheSnapshotIs() throws IOException {
        new RandomTree(source, 1).grow(150);
        bench.apply(1, source);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
    }

    @Test
    void makesTheRootWhenItIsNotThere() throws IOException {
        live = temp.resolve("not/there/yet");
        bench = bench(TreeKind.FILES);
        new RandomTree(source, 2).grow(20);
        bench.apply(1, source);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
    }

    @Test
    void followsARootThatIsALink() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), live);
        TreeBench linked = new TreeBench(temp.resolve("state"), link, TreeKind.FILES);
        new RandomTree(source, 3).grow(20);
        linked.apply(1, source);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
        assertThat(link).isSymbolicLink();
    }

    /** What no one may change is found while staging, when the site still runs. */
    @Test
    void namesAFileThatCannotBeReplacedBeforeAnythingLiveIsTouched() throws Exception {
        write(live, "a/first", "old");
        write(live, "b/fixed", "old");
        write(source, "a/first", "new");
        write(source, "b/fixed", "new");
        Path fixed = live.resolve("b/fixed");
        assumeTrue(chattr("+i", fixed), "this file system knows no immutable files, or this user may not make them");
        try {
            assertFails(ErrorCode.FILE_DENIED, () -> bench.apply(1, source))
                    .hasMessage("cannot change " + fixed + ": Operation not permitted");
            assertThat(live.resolve("a/first")).hasContent("old");
        } finally {
            chattr("-i", fixed);
        }
        bench.apply(2, source);
        assertThat(fixed).hasContent("new");
    }

    private static boolean chattr(String flag, Path file) throws Exception {
        try {
            return new ProcessBuilder("chattr", flag, file.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void leavesExcludedFilesAloneOnTheWayAndBack() throws IOException {
        bench = bench(TreeKind.FILES, "cache/**", "**/*.lock");
        write(live, "cache/a", "here");
        write(live, "gone/deep/x.lock", "here");
        write(live, "gone/deep/y", "here");
        write(source, "cache/b", "there");
        write(source, "kept", "there");
        List<String> before = TreePrint.of(live);

        bench.prepare(1, bench.take(source));
        bench.forward(1);

        assertThat(live.resolve("cache/a")).hasContent("here");
        assertThat(live.resolve("cache/b")).doesNotExist();
        assertThat(live.resolve("gone/deep/x.lock")).hasContent("here");
        assertThat(live.resolve("gone/deep/y")).doesNotExist();
        assertThat(live.resolve("kept")).hasContent("there");
        bench.back(1);
        assertThat(TreePrint.of(live)).isEqualTo(before);
    }

    @Test
    void givesSecretsToTheirOwnerAlone() throws IOException {
        bench = bench(TreeKind.SECRETS);
        write(source, "private/key.pem", "secret");
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(source.resolve("private/key.pem"), PosixFilePermissions.fromString("rw-r--r--"));

        bench.apply(1, source);

        assertThat(mode(live)).isEqualTo(0700);
        assertThat(mode(live.resolve("private"))).isEqualTo(0700);
        assertThat(mode(live.resolve("private/key.pem"))).isEqualTo(0600);
        bench.prepare(2, bench.take(source));
        assertThat(live.resolve(".understudy/stage/" + bench.plans(2).name())).isEmptyDirectory();
    }

    @Test
    void givesFilesToTheirOwnersByName() throws IOException {
        assumeTrue(FileStat.of(source).uid() == 0);
        write(source, "folder/a", "x");
        Files.setAttribute(source.resolve("folder/a"), "unix:uid", 65534);
        Files.setAttribute(source.resolve("folder"), "unix:gid", 65534);
        bench.apply(1, source);
        assertThat(TreePrint.of(live)).isEqualTo(TreePrint.of(source));
    }

    @Test
    void keepsAFileWhoseOwnerIsUnknownHereAndDoesNotPutItAgain() throws IOException {
        write(source, "a", "x");
        List<IndexEntry> entries = new ArrayList<>();
        for (IndexEntry line : TreeSnapshots.entries(source, bench.blobs)) {
            Attributes known = line.entry().attributes();
            Attributes foreign = new Attributes(known.mode(), known.modified(), "nobody-knows-me", "nor-us");
            entries.add(
                    line.entry() instanceof TreeEntry.File file
                            ? IndexEntry.of(
                                    new TreeEntry.File(file.path(), foreign, file.size(), file.hash()),
                                    line.content().orElseThrow())
                            : IndexEntry.of(new TreeEntry.Folder(line.entry().path(), foreign)));
        }
        TreeData data = TreeSnapshots.index("t", TreeKind.FILES, entries, bench.blobs);
        bench.prepare(1, data);
        bench.forward(1);
        bench.settle(1);
        assertThat(live.resolve("a")).hasContent("x");
        bench.prepare(2, data);
        assertThat(Files.readAllLines(
                        temp.resolve("state/stage/" + bench.plans(2).name() + "/t.plan")))
                .hasSize(2);
    }

    @Test
    void leavesSocketsAndPipesAlone() throws Exception {
        Files.createDirectory(live.resolve("run"));
        new ProcessBuilder("mkfifo", live.resolve("run/pipe").toString())
                .start()
                .waitFor();
        write(live, "run/old", "x");
        write(source, "a", "x");
        List<String> before = TreePrint.of(live);
        bench.prepare(1, bench.take(source));
        bench.forward(1);
        assertThat(live.resolve("run/pipe")).exists();
        assertThat(live.resolve("run/old")).doesNotExist();
        bench.back(1);
        assertThat(TreePrint.of(live)).isEqualTo(before);
    }

    @Test
    void changesOnlyTheTreesOfTheKindAskedFor() throws IOException {
        write(source, "a", "x");
        bench.prepare(1, bench.take(source));
        bench.swap().forward(bench.plans(1), TreeKind.CONFIG);
        assertThat(live.resolve("a")).doesNotExist();
    }

    @Test
    void refusesToGoForwardWithoutAPlan() throws IOException {
        write(source, "a", "x");
        bench.prepare(1, bench.take(source));
        Files.delete(temp.resolve("state/stage/" + bench.plans(1).name() + "/t.plan"));
        assertThatThrownBy(() -> bench.forward(1))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_DAMAGED));
    }

    @Test
    void refusesATruncatedPlan() throws IOException {
        write(source, "a", "x");
        bench.prepare(1, bench.take(source));
        Path plan = temp.resolve("state/stage/" + bench.plans(1).name() + "/t.plan");
        byte[] whole = Files.readAllBytes(plan);
        Files.write(plan, java.util.Arrays.copyOf(whole, whole.length - 100));
        assertThatThrownBy(() -> bench.forward(1))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_DAMAGED));
        assertThat(live.resolve("a")).doesNotExist();
    }

    @Test
    void followsNoLinkThatCameSinceStaging() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        write(source, "folder/a", "x");
        Files.createDirectory(live.resolve("folder"));
        bench.prepare(1, bench.take(source));
        Files.delete(live.resolve("folder"));
        Files.createSymbolicLink(live.resolve("folder"), outside);

        assertThatThrownBy(() -> bench.forward(1))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSAFE_PATH));
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void keepsAForeignFileThatCameSinceStaging() throws IOException {
        write(source, "a", "new");
        bench.prepare(1, bench.take(source));
        write(live, "a", "foreign");
        bench.forward(1);
        assertThat(live.resolve("a")).hasContent("new");
        bench.back(1);
        assertThat(live.resolve("a")).hasContent("foreign");
    }

    @Test
    void hashesNothingAgainThatItPutThereItself() throws IOException {
        new RandomTree(source, 12).grow(60);
        bench.apply(1, source);
        Path cache = temp.resolve("state/stage/t.files");
        long files =
                TreePrint.of(live).stream().filter(l -> l.contains(" FILE ")).count();
        int known = 0;
        try (FileCache.Reader reader = FileCache.read(cache)) {
            while (reader.next().isPresent()) {
                known++;
            }
        }
        assertThat(known).isEqualTo((int) files);
    }

    @Test
    void leavesNoTraceOfAnUnchangedTree() throws IOException {
        new RandomTree(source, 13).grow(60);
        TreeData data = bench.take(source);
        bench.prepare(1, data);
        bench.forward(1);
        bench.settle(1);
        bench.prepare(2, data);
        assertThat(Files.readAllLines(
                        temp.resolve("state/stage/" + bench.plans(2).name() + "/t.plan")))
                .hasSize(2);
    }

    private static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }
}
