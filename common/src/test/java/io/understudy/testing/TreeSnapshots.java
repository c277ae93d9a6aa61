package io.understudy.testing;

import io.understudy.files.Accounts;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.Excludes;
import io.understudy.files.LinkTarget;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.repository.tree.TreeIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts a folder into blobs, plainly: what the primary does without caches and bases. */
public final class TreeSnapshots {
    private TreeSnapshots() {}

    public static TreeData take(String name, TreeKind kind, Path folder, MemoryBlobs blobs) throws IOException {
        return index(name, kind, entries(folder, blobs), blobs);
    }

    /** A tree of any entries, sound or not. */
    public static TreeData index(String name, TreeKind kind, List<IndexEntry> entries, BlobSink blobs) {
        long bytes = 0;
        References references = new References(blobs);
        try (StreamWriter writer = StreamWriter.rows(blobs)) {
            for (IndexEntry entry : entries) {
                TreeIndex.write(entry.with(content -> content.keptBy(references)), writer);
                bytes += entry.entry() instanceof TreeEntry.File file ? file.size() : 0;
            }
            StreamRef index = references.keep(writer.finish());
            return new TreeData(name, kind, entries.size() - 1L, bytes, index, references.finish());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static List<IndexEntry> entries(Path folder, MemoryBlobs blobs) throws IOException {
        TreeWalker walker = new TreeWalker(TreeRoot.of(folder), Excludes.none());
        Accounts accounts = new Accounts();
        List<IndexEntry> entries = new ArrayList<>();
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            entries.add(entry(found.get(), accounts, blobs));
        }
        return entries;
    }

    private static IndexEntry entry(Found found, Accounts accounts, MemoryBlobs blobs) throws IOException {
        Attributes attributes = Attributes.of(found.stat(), found.location(), accounts);
        return switch (found.stat().type()) {
            case FOLDER -> IndexEntry.of(new TreeEntry.Folder(found.path(), attributes));
            case LINK -> IndexEntry.of(new TreeEntry.Link(found.path(), attributes, LinkTarget.read(found.location())));
            case FILE -> {
                byte[] content = Files.readAllBytes(found.location());
                TreeEntry.File file = new TreeEntry.File(
                        found.path(), attributes, content.length, ContentHash.ofContent(content, 0, content.length));
                yield IndexEntry.of(file, store(file, content, blobs));
            }
            case SPECIAL -> throw new IllegalArgumentException("a special file: " + found.path());
        };
    }

    /** Small files in packs of their own, empty ones in none. */
    public static FileContent store(TreeEntry.File file, byte[] content, MemoryBlobs blobs) {
        if (content.length == 0) {
            return new FileContent.Streamed(StreamRef.of(List.of()));
        }
        if (content.length >= Pack.SMALL) {
            StreamWriter writer = StreamWriter.plain(blobs);
            writer.write(content, 0, content.length);
            return new FileContent.Streamed(writer.finish());
        }
        Pack pack = new Pack(blobs);
        long offset = pack.add(file.path(), file.attributes(), content, content.length);
        BlobRef blob = pack.finish();
        return new FileContent.Packed(blob, offset);
    }
}
