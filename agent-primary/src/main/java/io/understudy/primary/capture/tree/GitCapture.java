package io.understudy.primary.capture.tree;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TreeSource;
import io.understudy.failure.Cancellation;
import io.understudy.files.Accounts;
import io.understudy.files.Attributes;
import io.understudy.files.Excludes;
import io.understudy.files.FileCache;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import io.understudy.git.GitFolder;
import io.understudy.git.GitFolder.Tracked;
import io.understudy.git.GitObject;
import io.understudy.git.GitOrigin;
import io.understudy.primary.capture.tree.ContentReader.Content;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.process.CommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.state.StateEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Takes a work tree of git: its files as those of any folder, without {@code .git} and, unless asked for, without what
 * is ignored; and a file that says which revision of which origin is checked out. Of the files that are in the
 * revision, those that do not differ may be left out: in bytes, permissions and owner, as a standby makes them. What a
 * filter would make of the bytes, as of a pointer of LFS, does not count, so such a file differs. Not for concurrent
 * use.
 */
final class GitCapture implements SourceTrees {
    private final Path folder;
    private final Clock clock;
    private final CommandRunner runner;
    private final SourceTrees plain;
    private final Set<Path> leftOut = new HashSet<>();

    /** @param plain looks at folders */
    GitCapture(Path state, Clock clock, CommandRunner runner, SourceTrees plain) {
        this.folder = StateEntry.CAPTURE.in(state);
        this.clock = clock;
        this.runner = runner;
        this.plain = plain;
    }

    @Override
    public Optional<Glance> look(TreeSettings tree) {
        return plain.look(tree);
    }

    /**
     * Takes the tree.
     *
     * @throws io.understudy.failure.UnderstudyException {@code CONFIG_INVALID} where it is no work tree, {@code
     *     COMMAND_FAILED} where git cannot read it, and as that of a folder
     */
    @Override
    public Captured capture(
            TreeSettings tree, BlobSink sink, Optional<TreeData> base, BlobSource source, Progress progress) {
        TreeSource.Git settings = (TreeSource.Git) tree.source().orElseThrow();
        GitFolder git = new GitFolder(tree.path(), runner);
        git.require();
        Optional<String> revision = git.revision();
        boolean differences = settings.differences() && revision.isPresent();
        Map<SafePath, Tracked> tracked = differences ? git.files(revision.get()) : new TreeMap<>();
        GitOrigin origin = new GitOrigin(
                revision.orElse(null),
                git.branch().orElse(null),
                git.origin().orElse(null),
                differences ? GitOrigin.DIFFERENCES : GitOrigin.ALL,
                deleted(tree, tracked));
        Set<SafePath> ignored = settings.ignored() ? Set.of() : git.ignored();
        Attributes root = root(tree);
        Accounts accounts = new Accounts();
        return new IndexCapture(folder, tree, sink, source, progress).capture(base, draft -> {
            Path cache = folder.resolve(tree.name() + ".files");
            try (FileCache.Reader known = FileCache.read(cache);
                    FileCache.Writer fresh = FileCache.write(cache);
                    ContentReader contents = new ContentReader(sink);
                    StableFileReader reader = new StableFileReader(sink, clock)) {
                TreeIndexBuilder builder =
                        new TreeIndexBuilder(draft, known, fresh, reader, new TreeSignature(clock.instant()), leftOut);
                boolean[] written = {false};
                builder.draft(walker(tree), walk -> {
                    Found found = walk.found();
                    if (!written[0] && found.path().compareTo(GitOrigin.PATH) > 0) {
                        written[0] = true;
                        write(origin, tree, draft, contents);
                    }
                    if (ignored.contains(found.path())) {
                        walk.skip();
                        return false;
                    }
                    return !isTracked(found, tracked, root, accounts);
                });
                if (!written[0]) {
                    write(origin, tree, draft, contents);
                }
                fresh.commit();
            }
            PrimaryPoint.TREE_READ.reached();
        });
    }

    private static TreeWalker walker(TreeSettings tree) {
        List<String> exclude = Stream.concat(tree.exclude().stream(), Stream.of(".git", "**/.git"))
                .toList();
        return new TreeWalker(TreeRoot.of(tree.path()), Excludes.of(exclude));
    }

    private static List<String> deleted(TreeSettings tree, Map<SafePath, Tracked> tracked) {
        TreeRoot root = TreeRoot.of(tree.path());
        return tracked.entrySet().stream()
                .filter(each -> each.getValue().isFile() || each.getValue().isLink())
                .map(Map.Entry::getKey)
                .filter(path -> !isThere(root, path))
                .map(SafePath::toString)
                .toList();
    }

    /** Behind a folder that has become a link nothing is there: it would be a file of another folder. */
    private static boolean isThere(TreeRoot root, SafePath path) {
        for (SafePath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            if (!Files.isDirectory(root.resolve(parent), LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        Path place = root.resolve(path);
        return Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether it is just what a standby makes of the revision: owner and permissions too. */
    private static boolean isTracked(Found found, Map<SafePath, Tracked> tracked, Attributes root, Accounts accounts) {
        Tracked there = tracked.get(found.path());
        if (there == null) {
            return false;
        }
        try {
            Attributes attributes = Attributes.of(found.stat(), found.location(), accounts);
            if (!attributes.owner().equals(root.owner()) || !attributes.group().equals(root.group())) {
                return false;
            }
            return switch (found.stat().type()) {
                case FILE ->
                    there.isFile()
                            && found.stat().permissions() == there.permissions()
                            && GitObject.idOf(
                                            found.location(),
                                            found.stat().size(),
                                            there.id().length())
                                    .equals(there.id());
                case LINK ->
                    there.isLink()
                            && GitObject.idOf(
                                            LinkTarget.read(found.location()).bytes(),
                                            there.id().length())
                                    .equals(there.id());
                case FOLDER, SPECIAL -> false;
            };
        } catch (IOException e) {
            // It is read once more with the others, and fails there if it has not vanished.
            return false;
        }
    }

    private void write(GitOrigin origin, TreeSettings tree, IndexDraft draft, ContentReader contents)
            throws IOException {
        Cancellation.check("finish the snapshot");
        byte[] json = origin.toJson();
        Optional<IndexEntry> before = draft.base(GitOrigin.PATH);
        Content content = contents.read(new ByteArrayInputStream(json), json.length, count -> {});
        Attributes root = root(tree);
        Attributes attributes = new Attributes(0644, java.time.Instant.EPOCH, root.owner(), root.group());
        draft.write(IndexEntry.of(
                new TreeEntry.File(GitOrigin.PATH, attributes, content.size(), content.hash()),
                draft.place(before, GitOrigin.PATH, attributes, content)));
    }

    private static Attributes root(TreeSettings tree) {
        try {
            Path top = TreeRoot.of(tree.path()).folder();
            return Attributes.of(FileStat.of(top), top, new Accounts());
        } catch (IOException e) {
            throw FileFailure.of("read", tree.path(), e);
        }
    }
}
