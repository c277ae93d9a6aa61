package io.understudy.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TreeSource;
import io.understudy.exchange.FileHook;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.files.FolderDeletion;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Filestores;
import io.understudy.git.GitFolder;
import io.understudy.primary.capture.tree.TreesByKind;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.apply.TreeSwap;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.stage.TreeStager;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a work tree of real git over a snapshot to a standby's folder. */
class GitTripTest {
    @TempDir
    Path temp;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private Path theme;
    private Path origin;
    private Path live;
    private int number;

    @BeforeEach
    void makeRepository() throws IOException {
        theme = Files.createDirectory(temp.resolve("theme"));
        origin = temp.resolve("origin.git");
        live = Files.createDirectory(temp.resolve("live"));
        git(temp, "init", "--quiet", "--bare", origin.toString());
        git(theme, "init", "--quiet", "--initial-branch=main");
        write("style.css", "body {}");
        write("deep/er/logo.svg", "<svg/>");
        write("old.css", "gone {}");
        write("run.sh", "#!/bin/sh");
        write(".gitignore", "*.log\ncache/\n");
        Files.setPosixFilePermissions(theme.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(theme.resolve("link"), Path.of("style.css"));
        git(theme, "remote", "add", "origin", origin.toUri().toString());
        git(theme, "add", ".");
        commit("first");
        git(theme, "push", "--quiet", "origin", "main");
        // What differs.
        write("style.css", "body { color: red }");
        write("new.css", "new {}");
        write("debug.log", "ignored");
        write("cache/a", "ignored");
        Files.delete(theme.resolve("old.css"));
    }

    @Test
    void storesAllByDefaultSoThatNoOriginIsNeeded() throws IOException {
        FolderDeletion.delete(origin);

        TreeData data = trip(false, false);

        assertThat(paths(data))
                .contains(".git", "style.css", "run.sh", "deep/er/logo.svg")
                .doesNotContain("debug.log");
        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
    }

    @Test
    void storesOnlyWhatDiffersAndMakesTheRestFromTheOrigin() throws IOException {
        TreeData data = trip(true, false);

        assertThat(paths(data))
                .contains(".git", "style.css", "new.css")
                .doesNotContain("run.sh", "deep/er/logo.svg", "link");
        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
        assertThat(Files.isExecutable(live.resolve("run.sh"))).isTrue();
        assertThat(live.resolve(".git")).doesNotExist();

        // It was fetched: another import needs no origin.
        FolderDeletion.delete(origin);
        write("new.css", "newer {}");
        trip(true, false);
        assertThat(live.resolve("new.css")).hasContent("newer {}");
    }

    @Test
    void failsWhereTheOriginIsAwayOrLacksTheRevisionAndLeavesWhatIsLive() throws IOException {
        git(theme, "add", ".");
        commit("not pushed");
        assertThatThrownBy(() -> trip(true, false))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("no branch and no tag of")
                .hasMessageContaining("has the revision");
        FolderDeletion.delete(temp.resolve("standby/git"));
        FolderDeletion.delete(origin);
        assertThatThrownBy(() -> trip(true, false)).hasMessageContaining("cannot be fetched");
        assertThat(print(live)).isEmpty();
    }

    @Test
    void saysRevisionBranchAndOriginWithoutWhatLetsAnyoneIn() throws IOException {
        git(theme, "remote", "set-url", "origin", "https://user:hush@git.example.net/theme.git");

        TreeData data = capture(false, true);

        String said = said(data);
        assertThat(said)
                .contains("\"branch\":\"main\"")
                .contains("\"origin\":\"https://git.example.net/theme.git\"")
                .contains(git(theme, "rev-parse", "HEAD").strip())
                .doesNotContain("hush");
        assertThat(paths(data)).contains("debug.log", "cache/a");
        assertThat(origin("https://user:p@ss@git.example.net/a")).isEqualTo("https://git.example.net/a");
        assertThat(origin("https://u:p?hush@h/a?private_token=hush#x")).isEqualTo("https://h/a");
        assertThat(origin("ssh://git:p@ss@git.example.net/a")).isEqualTo("ssh://git@git.example.net/a");
        assertThat(origin("git@git.example.net:a?b")).isEqualTo("git@git.example.net:a?b");
    }

    private String origin(String url) {
        git(theme, "remote", "set-url", "origin", url);
        return new GitFolder(theme, new SystemCommandRunner(temp.resolve("commands")))
                .origin()
                .orElseThrow();
    }

    @Tag("slow")
    @Test
    void keepsPermissionsThatTheRevisionDoesNotHave() throws IOException {
        Path secret = theme.resolve("deep/er/logo.svg");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));

        TreeData data = trip(true, false);

        assertThat(paths(data)).contains("deep/er/logo.svg").doesNotContain("run.sh");
        assertThat(Files.getPosixFilePermissions(live.resolve("deep/er/logo.svg")))
                .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    /** What is behind the link is of another folder. */
    @Test
    void aTrackedFolderThatBecameALinkHidesItsFiles() throws IOException {
        write("elsewhere/er/logo.svg", "<svg/>");
        FolderDeletion.delete(theme.resolve("deep"));
        Files.createSymbolicLink(theme.resolve("deep"), Path.of("elsewhere"));

        TreeData data = trip(true, false);

        assertThat(paths(data)).contains("deep");
        assertThat(said(data)).contains("deep/er/logo.svg");
        assertThat(Files.isSymbolicLink(live.resolve("deep"))).isTrue();
        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
    }

    /** A process was killed while it made the mirror. */
    @Tag("slow")
    @Test
    void makesAMirrorOfHalfOne() throws IOException {
        Files.createDirectories(temp.resolve("standby/git/theme.git/objects"));

        trip(true, false);

        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
    }

    /** Its disk lost a part of it. */
    @Tag("slow")
    @Test
    void replacesADamagedMirrorOnceThereIsAWholeOne() throws IOException {
        trip(true, false);
        Path mirror = temp.resolve("standby/git/theme.git");
        Files.writeString(mirror.resolve("config"), "[core\n\trepositoryformatversion = ");
        Path away = temp.resolve("away.git");
        Files.move(origin, away);
        assertThatThrownBy(() -> trip(true, false)).hasMessageContaining("cannot be fetched");
        assertThat(mirror.resolve("config")).hasContent("[core\n\trepositoryformatversion = ");
        Files.move(away, origin);

        write("new.css", "newer {}");
        trip(true, false);

        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
    }

    /** A disk lost a file of it: its branches are those of the origin, so git fetches nothing. */
    @Test
    void replacesAMirrorThatLacksObjects() throws IOException {
        trip(true, false);
        Path mirror = temp.resolve("standby/git/theme.git");
        Path pack = Files.move(mirror.resolve("objects/pack"), temp.resolve("pack"));
        shell("cat " + pack + "/*.pack | git --git-dir=" + mirror + " unpack-objects -q");
        String blob = git(theme, "hash-object", "run.sh").strip();
        Files.delete(mirror.resolve("objects/" + blob.substring(0, 2) + "/" + blob.substring(2)));
        Files.createDirectories(mirror.resolveSibling("theme.git.new/objects"));
        FolderDeletion.delete(live);
        Files.createDirectory(live);

        trip(true, false);

        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
    }

    private String shell(String text) {
        CommandResult result = new SystemCommandRunner(temp.resolve("commands"))
                .run(Command.of(List.of("sh", "-c", text), Duration.ofMinutes(1)));
        assertThat(result.exitCode()).as(result.errors()).isZero();
        return result.output().strip();
    }

    /** One of its own, in the folder of another repository that has the revision. */
    @Tag("slow")
    @Test
    void looksForNoRepositoryAround() throws IOException {
        Path around = Files.createDirectories(temp.resolve("standby/git"));
        git(around, "init", "--quiet");
        git(around, "fetch", "--quiet", origin.toString(), "main");
        Files.createDirectories(around.resolve("theme.git"));

        trip(true, false);

        assertThat(around.resolve("theme.git/HEAD")).exists();
        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
    }

    /** A fetch that is killed leaves all of its objects or none. */
    @Test
    void aFetchBringsOnePackAndNoLooseObjects() throws IOException {
        trip(true, false);

        try (Stream<Path> all = Files.list(temp.resolve("standby/git/theme.git/objects"))) {
            assertThat(all.map(each -> String.valueOf(each.getFileName()))).containsExactlyInAnyOrder("info", "pack");
        }
    }

    /** Some file systems take such a name for git's own folder. */
    @Test
    void refusesAnOriginThatHidesFoldersOfGit() throws IOException {
        String blob = git(theme, "hash-object", "-w", "run.sh").strip();
        Path list = Files.writeString(temp.resolve("list"), "100644 blob " + blob + "\t.GIT\n");
        String tree = shell("git -C " + theme + " mktree < " + list);
        String commit = git(theme, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "odd", tree)
                .strip();
        git(theme, "push", "--quiet", "origin", commit + ":refs/heads/odd");

        assertThatThrownBy(() -> trip(true, false)).hasMessageContaining("cannot be fetched");
        assertThat(print(live)).isEmpty();
    }

    /** Larger than what is held in memory. */
    @Tag("slow")
    @Test
    void makesLargeFilesFromTheOriginWithoutAProcessForEach() throws IOException {
        byte[] large = new byte[3 << 20];
        new java.util.Random(1).nextBytes(large);
        Files.write(theme.resolve("large"), large);
        Files.write(theme.resolve("empty"), new byte[0]);
        git(theme, "add", "large", "empty");
        commit("large");
        git(theme, "push", "--quiet", "origin", "main");

        TreeData data = trip(true, false);

        assertThat(paths(data)).doesNotContain("large", "empty");
        assertThat(live.resolve("large")).hasBinaryContent(large);
        assertThat(live.resolve("empty")).isEmptyFile();
        try (Stream<Path> left = Files.list(temp.resolve("standby/git"))) {
            assertThat(left).hasSize(1);
        }
    }

    /** What a foreign repository names as programs: each would leave a trace. */
    @Test
    void runsNothingOfTheRepository() throws IOException {
        Path trace = temp.resolve("trace");
        Path program = temp.resolve("program");
        Files.writeString(program, "#!/bin/sh\necho \"$0 $*\" >> " + trace + "\ncat\n");
        program.toFile().setExecutable(true);
        git(theme, "config", "core.fsmonitor", program.toString());
        git(theme, "config", "filter.x.clean", program.toString());
        git(theme, "config", "filter.x.smudge", program.toString());
        git(theme, "config", "filter.x.process", program.toString());
        git(theme, "config", "core.sshCommand", program.toString());
        git(theme, "config", "diff.external", program.toString());
        git(theme, "config", "core.pager", program.toString());
        Files.createDirectories(theme.resolve(".git/hooks"));
        Files.copy(program, theme.resolve(".git/hooks/post-index-change"));
        theme.resolve(".git/hooks/post-index-change").toFile().setExecutable(true);
        write(".gitattributes", "* filter=x diff=x\n");

        trip(true, false);

        assertThat(trace).doesNotExist();
        assertThat(print(live)).isEqualTo(withoutIgnored(print(theme)));
    }

    /** A pointer in git, the content on disk: as LFS has it. And a repository in the repository. */
    @Test
    void aFileThatAFilterMadeAndASubmoduleAreStored() throws IOException {
        Path inner = Files.createDirectory(theme.resolve("inner"));
        git(inner, "init", "--quiet");
        Files.writeString(inner.resolve("a"), "inner");
        git(inner, "add", ".");
        git(inner, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "inner");
        write("film.mp4", "version https://git-lfs.github.com/spec/v1");
        git(theme, "add", "film.mp4", "inner");
        commit("pointer");
        git(theme, "push", "--quiet", "origin", "main");
        write("film.mp4", "the film itself");

        TreeData data = trip(true, false);

        assertThat(paths(data)).contains("film.mp4", "inner/a").doesNotContain("inner/.git");
        assertThat(live.resolve("film.mp4")).hasContent("the film itself");
        assertThat(live.resolve("inner/a")).hasContent("inner");
    }

    @Test
    void anUnchangedTreeIsTheBasesOwn() {
        TreeData first = capture(true, false);

        assertThat(source().capture(settings(true, false, theme), blobs, Optional.of(first), blobs, Progress.none())
                        .tree())
                .isEqualTo(first);
    }

    @Test
    void refusesAFolderThatIsNoWorkTree() throws IOException {
        Path plain = Files.createDirectory(temp.resolve("plain"));
        assertThatThrownBy(() -> source().capture(
                                settings(false, false, plain), blobs, Optional.empty(), blobs, Progress.none()))
                .hasMessageContaining("as a tree of kind git");
    }

    private TreeData trip(boolean differences, boolean ignored) {
        TreeData data = capture(differences, ignored);
        PlanSet plans = new TreeStager(
                        temp.resolve("standby"),
                        List.of(settings(differences, ignored, live)),
                        Rewrites.NONE,
                        Clock.systemUTC(),
                        DiskSpace.ofThisMachine(),
                        MountPoints::now)
                .prepare(
                        Manifests.with(Manifests.sample(new SnapshotId(1, ++number)), List.of(data)),
                        blobs,
                        Progress.none());
        TreeSwap swap = new TreeSwap(temp.resolve("standby"), FileHook.none());
        swap.forward(plans, TreeKind.GIT);
        swap.settle(plans);
        swap.clear(Optional.of(plans));
        return data;
    }

    private TreeData capture(boolean differences, boolean ignored) {
        return source().capture(settings(differences, ignored, theme), blobs, Optional.empty(), blobs, Progress.none())
                .tree();
    }

    private TreesByKind source() {
        return new TreesByKind(temp.resolve("primary"), Clock.systemUTC(), Filestores::bucket);
    }

    private static TreeSettings settings(boolean differences, boolean ignored, Path path) {
        return new TreeSettings(
                "theme",
                TreeKind.GIT,
                path,
                List.of(),
                false,
                false,
                false,
                true,
                Optional.of(new TreeSource.Git(differences, ignored)));
    }

    private List<String> paths(TreeData data) {
        try (Stream<io.understudy.repository.tree.IndexEntry> all = TreeIndex.read(data.index(), blobs)) {
            return all.filter(entry -> !(entry.entry() instanceof TreeEntry.Folder))
                    .map(entry -> entry.entry().path().toString())
                    .toList();
        }
    }

    private String said(TreeData data) {
        try (Stream<io.understudy.repository.tree.IndexEntry> all = TreeIndex.read(data.index(), blobs)) {
            return all.filter(entry -> entry.entry().path().toString().equals(".git"))
                    .map(entry -> new String(blobs.content(io.understudy.repository.blob.StreamRef.of(
                            entry.content().orElseThrow().packed().orElseThrow().packs()))))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Paths and contents, without git's own folders. */
    private static Map<String, String> print(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) walk::iterator) {
                String path = folder.relativize(each).toString();
                boolean own = path.matches("(.*/)?\\.(git|understudy)(/.*)?");
                if (!own && !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    all.put(
                            path,
                            Files.isSymbolicLink(each) ? "-> " + Files.readSymbolicLink(each) : Files.readString(each));
                }
            }
        }
        return all;
    }

    private static Map<String, String> withoutIgnored(Map<String, String> all) {
        all.keySet().removeIf(path -> path.endsWith(".log") || path.startsWith("cache/"));
        return all;
    }

    private void write(String path, String content) throws IOException {
        Files.createDirectories(theme.resolve(path).getParent());
        Files.writeString(theme.resolve(path), content);
    }

    private void commit(String message) {
        git(theme, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", message);
    }

    private String git(Path folder, String... arguments) {
        List<String> all = new ArrayList<>(List.of("git", "-C", folder.toString()));
        all.addAll(List.of(arguments));
        CommandResult result =
                new SystemCommandRunner(temp.resolve("commands")).run(Command.of(all, Duration.ofMinutes(1)));
        assertThat(result.exitCode()).as(result.errors()).isZero();
        return result.output();
    }
}
