package io.understudy.primary.capture.tree;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the living files of worn packs into new ones. Holds the entries of these files, and no others. Not thread-safe.
 */
final class Repacker {
    private static final Logger LOG = LoggerFactory.getLogger(Repacker.class);

    private final BlobSource source;
    private final Packing packing;
    private final Map<FileContent.Packed, FileContent.Packed> moved = new HashMap<>();

    Repacker(BlobSource source, Packing packing) {
        this.source = source;
        this.packing = packing;
    }

    /** Packs again what the entries name in the worn packs, each pack read once. */
    void repack(Stream<IndexEntry> entries, Set<BlobId> worn) {
        Map<BlobRef, TreeMap<Long, TreeEntry.File>> living = new LinkedHashMap<>();
        entries.forEach(entry -> entry.content()
                .filter(content -> content instanceof FileContent.Packed packed
                        && worn.contains(packed.pack().id()))
                .map(FileContent.Packed.class::cast)
                .ifPresent(packed -> living.computeIfAbsent(packed.pack(), pack -> new TreeMap<>())
                        .putIfAbsent(packed.offset(), (TreeEntry.File) entry.entry())));
        living.forEach(this::repack);
    }

    /** Where the content lies now. */
    FileContent placed(FileContent content) {
        return content instanceof FileContent.Packed packed ? moved.getOrDefault(packed, packed) : content;
    }

    /**
     * A pack that can't be read stays as it is: to verify finds it, and the snapshot is no worse than its base. One
     * that only a server with an identity can read is packed again there.
     */
    private void repack(BlobRef pack, TreeMap<Long, TreeEntry.File> files) {
        try (InputStream in = source.open(pack)) {
            long at = 0;
            for (Map.Entry<Long, TreeEntry.File> file : files.entrySet()) {
                in.skipNBytes(file.getKey() - at);
                byte[] content = in.readNBytes((int) file.getValue().size());
                at = file.getKey() + content.length;
                move(pack, file.getKey(), file.getValue(), content);
            }
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob() && e.code() != ErrorCode.IDENTITY_MISSING) {
                throw e;
            }
            LOG.warn("a worn pack is not packed again: {} ({})", e.getMessage(), e.hint());
        } catch (IOException e) {
            throw FileFailure.of("read the pack", Path.of(pack.id().hex()), e);
        }
    }

    private void move(BlobRef pack, long offset, TreeEntry.File file, byte[] content) {
        if (!ContentHash.ofContent(content, 0, content.length).equals(file.hash())) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot read \"" + file.path() + "\" in pack " + pack.id() + ": its hash does not match",
                    "verify the snapshot");
        }
        moved.put(
                new FileContent.Packed(pack, offset),
                packing.add(file.path(), file.attributes(), content, content.length));
    }
}
