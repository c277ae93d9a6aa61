package io.understudy.replica.assets;

import io.understudy.files.AtomicFiles;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.Sha256;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The entries of a work tree of git as a standby has them: those of the snapshot, and where it holds differences alone,
 * the other files of the revision, from a mirror of the origin. What the snapshot says of git is not written. Not
 * thread-safe; for one walk.
 */
public final class GitTree {
    private static final long SMALL = 1 << 20;
    private static final int LONGEST_TARGET = 1 << 16;
    private static final String SPOOLED = ".content";

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
            clearSpooled();
            Attributes root = all.get(SafePath.ROOT).entry().attributes();
            Instant time = Instant.ofEpochSecond(mirror.time(origin.revision()));
            Set<String> deleted = Set.copyOf(origin.deleted());
            TreeMap<SafePath, Tracked> wanted = mirror.files(origin.revision());
            wanted.entrySet()
                    .removeIf(each -> all.containsKey(each.getKey())
                            || deleted.contains(each.getKey().toString())
                            || !(each.getValue().isFile() || each.getValue().isLink())
                            || !isSafe(each.getKey(), all));
            Map<String, Stored> stored = read(wanted.values());
            wanted.forEach((path, tracked) -> {
                folders(path, root, all);
                all.put(path, entry(path, tracked, stored.get(tracked.id()), time, root));
            });
        }
        return all.values().iterator();
    }

    /** Gives what the mirror has, too. */
    public BlobSource over(BlobSource blobs) {
        return blob ->
                fetched.containsKey(blob.id()) ? open(fetched.get(blob.id()).id(), blob.bytes()) : blobs.open(blob);
    }

    /** A large content goes over the disk: the memory that this takes is bounded. */
    private InputStream open(String id, long size) {
        try {
            if (size <= SMALL) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                mirror.contents(List.of(id), (same, length, in) -> in.transferTo(content));
                return new ByteArrayInputStream(content.toByteArray());
            }
            Path file = Files.createTempFile(mirrors, name + ".", SPOOLED);
            try {
                mirror.contents(
                        List.of(id), (same, length, in) -> Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING));
                return Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        } catch (IOException e) {
            throw FileFailure.of("write", mirrors, e);
        }
    }

    /** Left by a process that was killed. */
    private void clearSpooled() {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(mirrors, name + ".*" + SPOOLED)) {
            left.forEach(AtomicFiles::delete);
        } catch (IOException e) {
            throw FileFailure.of("list", mirrors, e);
        }
    }

    /** @param target of a link; empty for a file */
    private record Stored(long size, ContentHash hash, Optional<LinkTarget> target) {}

    /** What entries must say of contents, which are read by one process and not held. */
    private Map<String, Stored> read(Collection<Tracked> wanted) {
        Set<String> links =
                wanted.stream().filter(Tracked::isLink).map(Tracked::id).collect(Collectors.toSet());
        Set<String> ids = wanted.stream().map(Tracked::id).collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, Stored> stored = new HashMap<>();
        if (!ids.isEmpty()) {
            mirror.contents(ids, (id, size, in) -> {
                Optional<byte[]> content =
                        links.contains(id) ? Optional.of(in.readNBytes(LONGEST_TARGET)) : Optional.empty();
                ContentHash hash =
                        content.isPresent() ? ContentHash.ofContent(content.get(), 0, content.get().length) : hash(in);
                stored.put(id, new Stored(size, hash, content.map(LinkTarget::of)));
            });
        }
        return stored;
    }

    private static ContentHash hash(InputStream in) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[1 << 16];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
        }
        return ContentHash.of(digest.digest());
    }

    /** Not behind what is no folder here, and no part of a repository of git. */
    private static boolean isSafe(SafePath path, Map<SafePath, IndexEntry> all) {
        for (String part : path.toString().split("/")) {
            if (part.equalsIgnoreCase(".git") || part.equalsIgnoreCase("git~1")) {
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

    private IndexEntry entry(SafePath path, Tracked tracked, Stored stored, Instant time, Attributes root) {
        if (tracked.isLink()) {
            return IndexEntry.of(new TreeEntry.Link(
                    path,
                    new Attributes(0777, time, root.owner(), root.group()),
                    stored.target().orElseThrow()));
        }
        Attributes attributes = new Attributes(tracked.permissions(), time, root.owner(), root.group());
        TreeEntry.File file = new TreeEntry.File(path, attributes, stored.size(), stored.hash());
        if (stored.size() == 0) {
            return IndexEntry.of(file, new FileContent.Streamed(StreamRef.NONE));
        }
        BlobId id = new BlobId(stored.hash().hex());
        fetched.put(id, tracked);
        return IndexEntry.of(
                file,
                new FileContent.Streamed(StreamRef.of(List.of(new BlobRef(id, stored.size(), stored.size(), false)))));
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
