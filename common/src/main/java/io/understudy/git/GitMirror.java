package io.understudy.git;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FolderDeletion;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A copy of an origin's branches and tags on this server's disk. It is made by Understudy, so its configuration holds
 * nothing that runs; who may read the origin says the git configuration of the agent's user.
 */
public final class GitMirror {
    /** Without a word of its progress. It reports none while it looks at the end whether all objects are there. */
    private static final Duration SILENCE = Duration.ofHours(1);

    /** Writes a few files. */
    private static final Duration MAKING = Duration.ofMinutes(1);

    /** No {@code ext::}, which runs a program. */
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "GIT_ALLOW_PROTOCOL", "https:http:ssh:git:file",
            "GIT_TERMINAL_PROMPT", "0",
            "GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ServerAliveInterval=30 -o ServerAliveCountMax=10",
            // Less than a byte a second for so many seconds.
            "GIT_HTTP_LOW_SPEED_LIMIT", "1",
            "GIT_HTTP_LOW_SPEED_TIME", "600",
            "LC_ALL", "C.UTF-8");

    private final Path folder;
    private final CommandRunner runner;

    public GitMirror(Path folder, CommandRunner runner) {
        this.folder = folder;
        this.runner = runner;
    }

    /**
     * This mirror with the revision in it; the origin is only asked when it is not there yet.
     *
     * @throws UnderstudyException {@code COMMAND_FAILED} when the origin cannot be reached or lacks the revision
     */
    public GitFolder with(String tree, GitOrigin origin) {
        GitFolder mirror = GitFolder.bare(folder, runner);
        if (Files.isDirectory(folder) && mirror.has(origin.revision())) {
            return mirror;
        }
        if (origin.origin() == null || origin.origin().startsWith("-")) {
            throw missing(tree, origin, "the snapshot names no origin");
        }
        AtomicFiles.createFolders(folder.getParent(), AtomicFiles.PRIVATE_FOLDER);
        boolean before = Files.isDirectory(folder);
        CommandResult fetched = fetch(folder, origin);
        if (before && !(fetched.ok() && mirror.has(origin.revision())) && !mirror.isWhole()) {
            // It is kept until there is a whole one.
            Path next = folder.resolveSibling(folder.getFileName() + ".new");
            FolderDeletion.delete(next);
            require(fetch(next, origin), tree, origin);
            FolderDeletion.delete(folder);
            AtomicFiles.move(next, folder);
        } else {
            require(fetched, tree, origin);
        }
        if (!mirror.has(origin.revision())) {
            throw missing(
                    tree,
                    origin,
                    "no branch and no tag of " + origin.origin() + " has the revision " + origin.revision());
        }
        return mirror;
    }

    /** Into a repository that is made where it, or a part of it, is missing. */
    private CommandResult fetch(Path into, GitOrigin origin) {
        CommandResult made = runner.run(command(MAKING, "init", "--quiet", "--bare", "--template=", into.toString()));
        return made.ok()
                ? runner.run(command(
                                SILENCE,
                                "--git-dir=" + into,
                                "fetch",
                                "--progress",
                                "--no-recurse-submodules",
                                "--prune",
                                "--no-write-fetch-head",
                                "--",
                                origin.origin(),
                                "+refs/heads/*:refs/heads/*",
                                "+refs/tags/*:refs/tags/*")
                        .hearingErrors())
                : made;
    }

    private static Command command(Duration limit, String... arguments) {
        List<String> all = new java.util.ArrayList<>(List.of(
                "git",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "gc.auto=0",
                // All objects of a fetch come into the repository at once, as one pack.
                "-c",
                "fetch.unpackLimit=1",
                "-c",
                "fetch.fsckObjects=true",
                // Old histories have these, and they harm nothing.
                "-c",
                "fetch.fsck.zeroPaddedFilemode=ignore",
                "-c",
                "fetch.fsck.missingSpaceBeforeDate=ignore",
                "-c",
                "fetch.fsck.badTimezone=ignore"));
        all.addAll(List.of(arguments));
        return Command.of(all, limit)
                .inheriting(List.of("SSH_AUTH_SOCK", "https_proxy", "http_proxy", "no_proxy"))
                .with(ENVIRONMENT);
    }

    private static void require(CommandResult result, String tree, GitOrigin origin) {
        if (!result.ok()) {
            String[] lines = result.errors().strip().split("[\r\n]");
            throw missing(tree, origin, origin.origin() + " cannot be fetched: " + lines[lines.length - 1]);
        }
    }

    private static UnderstudyException missing(String tree, GitOrigin origin, String why) {
        return new UnderstudyException(
                ErrorCode.COMMAND_FAILED,
                "cannot make tree " + tree + " at revision " + origin.revision() + ": " + why,
                "let the agent's user fetch from the origin, or push the revision there; with git.store: all a snapshot"
                        + " needs no origin");
    }
}
