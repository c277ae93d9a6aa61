package io.understudy.replica.assets;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.git.GitFolder;
import io.understudy.git.GitFolder.Tracked;
import io.understudy.git.GitMirror;
import io.understudy.git.GitOrigin;
import io.understudy.process.CommandRunner;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.FileInput;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.state.StateEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The entries of a work tree of git as a standby has them: those of the snapshot, and where it holds differences alone,
 * the other files of the revision, from a mirror of the origin. What the snapshot says of git is not written. Not
 * thread-safe; for one walk.
 */
public final class GitTree {
    private final Path mirrors;
    private final CommandRunner runner;
    private final String name;
    private final Map<BlobId, Tracked> fetched = new HashMap<>();
    private GitFolder mirror;

    /** @param name of the tree */
    public GitTree(Path state, CommandRunner runner, String name) {
        this.mirrors = StateEntry.GIT.in(state);
        this.runner = runner;
        this.name = name;
    }

    /**
     * @param entries of the snapshot, in order
     * @param blobs of the snapshot
     * @throws io.understudy.failure.UnderstudyException {@code COMMAND_FAILED} where the origin cannot be reached or
     *     lacks the revision; {@code BLOB_*}
     */
    public Iterator<IndexEntry> apply(Iterator<IndexEntry> entries, BlobSource blobs) {
        TreeMap<SafePath, IndexEntry> all = new TreeMap<>();
        entries.forEachRemaining(entry -> all.put(entry.entry().path(), entry));
        IndexEntry said = all.remove(GitOrigin.PATH);
        if (said == null) {
            return all.values().iterator();
        }
        GitOrigin origin = GitOrigin.parse(content(said, blobs));
        if (GitOrigin.DIFFERENCES.equals(origin.store())) {
            mirror = new GitMirror(mirrors.resolve(name + ".git"), runner).with(name, origin);
            Attributes root = all.get(SafePath.ROOT).entry().attributes();
            Instant time = Instant.ofEpochSecond(mirror.time(origin.revision()));
            Set<String> deleted = Set.copyOf(origin.deleted());
            mirror.files(origin.revision()).forEach((path, tracked) -> {
                if (!all.containsKey(path)
                        && !deleted.contains(path.toString())
                        && (tracked.isFile() || tracked.isLink())
                        && isSafe(path, all)) {
                    folders(path, root, all);
                    all.put(path, entry(path, tracked, time, root));
                }
            });
        }
        return all.values().iterator();
    }

    /** Gives what the mirror has, too. */
    public BlobSource over(BlobSource blobs) {
        return blob -> fetched.containsKey(blob.id())
                ? new ByteArrayInputStream(mirror.content(fetched.get(blob.id()).id()))
                : blobs.open(blob);
    }

    /** Not behind what is no folder here, and no part of a repository of git. */
    private static boolean isSafe(SafePath path, Map<SafePath, IndexEntry> all) {
        for (String part : path.toString().split("/")) {
            if (part.equalsIgnoreCase(".git")) {
                return false;
            }
        }
        for (SafePath each = path.parent(); !each.isRoot(); each = each.parent()) {
            if (all.containsKey(each) && !(all.get(each).entry() instanceof TreeEntry.Folder)) {
                return false;
            }
        }
        return true;
    }

    private static void folders(SafePath path, Attributes root, Map<SafePath, IndexEntry> all) {
        List<SafePath> missing = new ArrayList<>();
        for (SafePath each = path.parent(); !all.containsKey(each); each = each.parent()) {
            missing.add(each);
        }
        missing.forEach(each -> all.put(each, IndexEntry.of(new TreeEntry.Folder(each, root))));
    }

    private IndexEntry entry(SafePath path, Tracked tracked, Instant time, Attributes root) {
        byte[] content = mirror.content(tracked.id());
        if (tracked.isLink()) {
            return IndexEntry.of(new TreeEntry.Link(
                    path, new Attributes(0777, time, root.owner(), root.group()), LinkTarget.of(content)));
        }
        Attributes attributes = new Attributes(tracked.permissions(), time, root.owner(), root.group());
        ContentHash hash = ContentHash.ofContent(content, 0, content.length);
        TreeEntry.File file = new TreeEntry.File(path, attributes, content.length, hash);
        if (content.length == 0) {
            return IndexEntry.of(file, new FileContent.Streamed(StreamRef.NONE));
        }
        BlobId id = new BlobId(hash.hex());
        fetched.put(id, tracked);
        return IndexEntry.of(
                file,
                new FileContent.Streamed(
                        StreamRef.of(List.of(new BlobRef(id, content.length, content.length, false)))));
    }

    private static byte[] content(IndexEntry entry, BlobSource blobs) {
        try (InputStream in = FileInput.open(entry, pack -> pack(pack, blobs), blobs)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] pack(BlobRef pack, BlobSource blobs) {
        try (InputStream in = blobs.open(pack)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
