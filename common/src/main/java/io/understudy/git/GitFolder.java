package io.understudy.git;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.SafePath;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A repository of git that may belong to anyone. It is asked only by commands that read objects, references and names,
 * and those run no program that its configuration or attributes name: no hook, file system monitor, filter, credential
 * helper or SSH command. What is missing of a partial clone is not fetched, and nothing is written into it.
 */
public final class GitFolder {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration LONG_LIMIT = Duration.ofHours(2);
    private static final Pattern REVISION = Pattern.compile("[0-9a-f]{40}([0-9a-f]{24})?");
    private static final Pattern SECRET = Pattern.compile("(?i)^((?:[a-z0-9]+::)?(?:https?|ftps?)://)[^/]*@");
    private static final Pattern PASSWORD = Pattern.compile("^([a-zA-Z][a-zA-Z0-9+.:-]*://[^/@:]*):[^/]*@");
    /** Tokens stand there. A folder's name may have these characters. */
    private static final Pattern QUERY = Pattern.compile("(?i)^((?!file:)[a-z][a-z0-9+.:-]*://[^?#]*)[?#].*$");

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "GIT_CONFIG_NOSYSTEM", "1",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_OPTIONAL_LOCKS", "0",
            "GIT_NO_LAZY_FETCH", "1",
            "GIT_ALLOW_PROTOCOL", "none",
            "GIT_TERMINAL_PROMPT", "0",
            "GIT_ASKPASS", "/bin/false",
            "LC_ALL", "C.UTF-8");

    private final Path folder;
    private final List<String> place;
    private final CommandRunner runner;

    /** @param folder a work tree */
    public GitFolder(Path folder, CommandRunner runner) {
        this(folder, List.of("-C", folder.toString()), runner);
    }

    private GitFolder(Path folder, List<String> place, CommandRunner runner) {
        this.folder = folder;
        this.place = place;
        this.runner = runner;
    }

    /** A repository without a work tree: what lies around it is not looked at, also where it is damaged. */
    static GitFolder bare(Path folder, CommandRunner runner) {
        return new GitFolder(folder, List.of("--git-dir=" + folder), runner);
    }

    /**
     * A file of a revision.
     *
     * @param mode {@code 100644}, {@code 100755}, {@code 120000} for a link, {@code 160000} for a submodule
     */
    public record Tracked(String mode, String id) {
        public boolean isLink() {
            return mode.equals("120000");
        }

        public boolean isFile() {
            return mode.startsWith("100");
        }

        /** Those that a standby gives a file that the snapshot does not hold. */
        public int permissions() {
            return mode.equals("100755") ? 0755 : 0644;
        }
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} where git knows no repository there */
    public void require() {
        CommandResult result = run(List.of("rev-parse", "--show-prefix"));
        if (!result.ok() || !result.output().isBlank()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot read " + folder + " as a tree of kind git: "
                            + (result.ok() ? "it lies in a work tree, and is not the top of one" : lastLine(result)),
                    "name the top folder of a work tree that the agent's user may read, or set kind: files");
        }
    }

    /** What is checked out; empty where nothing was ever committed. */
    public Optional<String> revision() {
        return line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
                .filter(text -> REVISION.matcher(text).matches());
    }

    public Optional<String> branch() {
        return line("symbolic-ref", "--quiet", "--short", "HEAD");
    }

    /** Address of the remote {@code origin}, without what lets anyone in. */
    public Optional<String> origin() {
        return line("config", "--get", "remote.origin.url").map(GitFolder::withoutSecrets);
    }

    static String withoutSecrets(String url) {
        String open = SECRET.matcher(url).replaceFirst("$1");
        String plain = PASSWORD.matcher(open).replaceFirst("$1@");
        return QUERY.matcher(plain).replaceFirst("$1");
    }

    /** The files of a revision, by their paths. @throws UnderstudyException {@code COMMAND_FAILED} */
    public TreeMap<SafePath, Tracked> files(String revision) {
        TreeMap<SafePath, Tracked> files = new TreeMap<>();
        for (byte[] entry : parts(bytes("ls-tree", "-r", "-z", "--full-tree", revision))) {
            int tab = indexOf(entry, '\t');
            String[] fields = new String(entry, 0, tab, StandardCharsets.US_ASCII).split(" +");
            files.put(SafePath.of(Arrays.copyOfRange(entry, tab + 1, entry.length)), new Tracked(fields[0], fields[2]));
        }
        return files;
    }

    /** What {@code .gitignore} and the like leave out; a folder stands for all in it. */
    public Set<SafePath> ignored() {
        Set<SafePath> ignored = new TreeSet<>();
        for (byte[] path :
                parts(bytes("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"))) {
            int end = path.length > 0 && path[path.length - 1] == '/' ? path.length - 1 : path.length;
            ignored.add(SafePath.of(Arrays.copyOf(path, end)));
        }
        return ignored;
    }

    /** The time of a commit, in seconds since 1970. */
    public long time(String revision) {
        return Long.parseLong(line("show", "--no-patch", "--no-show-signature", "--format=%ct", revision)
                .orElse("0"));
    }

    /** Whether it has this commit and each of its files; their contents are not read. */
    public boolean has(String revision) {
        return run(List.of("rev-list", "--objects", "--max-count=1", "--quiet", revision + "^{commit}"))
                .ok();
    }

    /** Whether it is a repository, and nothing that its branches and tags need is missing. */
    boolean isWhole() {
        return run(List.of("rev-list", "--objects", "--all", "--quiet"), command -> command.within(LONG_LIMIT))
                .ok();
    }

    /** Takes the content of a file, as it is stored: no filter has seen it. What is not read of it is passed over. */
    @FunctionalInterface
    public interface Contents {
        void take(String id, long size, InputStream content) throws IOException;
    }

    /**
     * Gives contents, one after the other, by one process.
     *
     * @param ids of files; none twice
     * @throws UnderstudyException {@code COMMAND_FAILED} where one is missing, or what the taker throws
     */
    public void contents(Collection<String> ids, Contents contents) {
        List<String> all = List.copyOf(ids);
        CommandResult result = run(
                List.of("cat-file", "--batch"),
                command -> command.within(LONG_LIMIT)
                        .limitingSilence()
                        .fedBy(out -> {
                            for (String id : all) {
                                out.write((id + "\n").getBytes(StandardCharsets.US_ASCII));
                            }
                        })
                        .into(in -> GitBatch.read(new BufferedInputStream(in, 1 << 16), all, contents)));
        require(result, "cat-file");
    }

    private Optional<String> line(String... arguments) {
        CommandResult result = run(List.of(arguments));
        return Optional.of(result.output().strip()).filter(text -> result.ok() && !text.isEmpty());
    }

    private byte[] bytes(String... arguments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        require(run(List.of(arguments), command -> command.into(in -> in.transferTo(all))), arguments[0]);
        return all.toByteArray();
    }

    private void require(CommandResult result, String command) {
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot read " + folder + ": git " + command + " failed: " + lastLine(result),
                    "run git fsck there; see that the agent's user may read all of it");
        }
    }

    private CommandResult run(List<String> arguments) {
        return run(arguments, command -> command);
    }

    private CommandResult run(List<String> arguments, UnaryOperator<Command> streams) {
        List<String> all = new ArrayList<>(List.of(
                "git",
                "-c",
                "safe.directory=*",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.untrackedCache=false",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.attributesFile=/dev/null",
                "-c",
                "submodule.recurse=false",
                "-c",
                "log.showSignature=false"));
        all.addAll(place);
        all.addAll(arguments);
        return runner.run(streams.apply(Command.of(all, LIMIT).with(ENVIRONMENT)));
    }

    private static List<byte[]> parts(byte[] all) {
        List<byte[]> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                parts.add(Arrays.copyOfRange(all, start, i));
                start = i + 1;
            }
        }
        return parts;
    }

    private static int indexOf(byte[] all, char wanted) {
        int i = 0;
        while (all[i] != wanted) {
            i++;
        }
        return i;
    }

    private static String lastLine(CommandResult result) {
        String[] lines = result.errors().strip().split("\n");
        return lines[lines.length - 1];
    }
}
