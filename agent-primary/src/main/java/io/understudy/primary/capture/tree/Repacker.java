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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
        Map<BlobRef, TreeMap<Long, Living>> living = new LinkedHashMap<>();
        entries.forEach(entry -> entry.content()
                .flatMap(FileContent::packed)
                .filter(packed -> packed.packs().stream().anyMatch(pack -> worn.contains(pack.id())))
                .ifPresent(packed -> living.computeIfAbsent(packed.pack(), pack -> new TreeMap<>())
                        .putIfAbsent(packed.offset(), Living.of(entry, packed))));
        living.values().forEach(this::repack);
    }

    /** Where it lies now. */
    FileContent.Packed placed(FileContent.Packed packed) {
        return moved.getOrDefault(packed, packed);
    }

    /**
     * What lies there of a file.
     *
     * @param whole whether it is all of it
     */
    private record Living(TreeEntry.File file, FileContent.Packed packed, int size, boolean whole) {
        static Living of(IndexEntry entry, FileContent.Packed packed) {
            TreeEntry.File file = (TreeEntry.File) entry.entry();
            long before = entry.content().orElseThrow().stream().bytes();
            return new Living(file, packed, (int) (file.size() - before), before == 0);
        }
    }

    /**
     * What lies in one pack, and where the last goes on. A pack that can't be read stays as it is: to verify finds it,
     * and the snapshot is no worse than its base. One that only a server with an identity can read is packed again
     * there.
     */
    private void repack(TreeMap<Long, Living> files) {
        List<BlobRef> packs = files.lastEntry().getValue().packed.packs();
        try {
            byte[] content = read(packs);
            files.forEach((offset, living) -> move(living, content));
        } catch (UnderstudyException e) {
            if (!e.code().isOfBlob() && e.code() != ErrorCode.IDENTITY_MISSING) {
                throw e;
            }
            LOG.warn("a worn pack is not packed again: {} ({})", e.getMessage(), e.hint());
        }
    }

    /** Whole, so that they are checked. */
    private byte[] read(List<BlobRef> packs) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (BlobRef pack : packs) {
            try (InputStream in = source.open(pack)) {
                in.transferTo(content);
            } catch (IOException e) {
                throw FileFailure.of("read the pack", Path.of(pack.id().hex()), e);
            }
        }
        return content.toByteArray();
    }

    private void move(Living living, byte[] packs) {
        TreeEntry.File file = living.file;
        int offset = (int) living.packed.offset();
        byte[] content = Arrays.copyOfRange(packs, offset, offset + living.size);
        if (living.whole && !ContentHash.ofContent(content, 0, content.length).equals(file.hash())) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot read \"" + file.path() + "\" in pack "
                            + living.packed.pack().id() + ": its hash does not match",
                    "verify the snapshot");
        }
        moved.put(living.packed, packing.add(file.path(), file.attributes(), content, content.length));
    }
}
