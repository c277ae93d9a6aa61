package io.understudy.bench;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * What a snapshot says of a site that does not exist: names, sizes and random hashes, as the agents would have them.
 *
 * @param tables all of the same size
 * @param bytes of all rows, as COPY's text
 * @param blob average bytes of a blob of rows
 * @param files small ones, packed
 */
record SyntheticSite(int tables, long bytes, long blob, long files) {
    private static final int PACKED = 200;
    private static final int PER_FOLDER = 1000;
    private static final int PACK = 16 << 20;
    private static final Attributes ATTRIBUTES =
            new Attributes(0644, Instant.parse("2026-11-20T11:00:00Z"), "www-data", "www-data");

    /** Blobs of rows. */
    long blobs() {
        return blobsOfTable() * tables;
    }

    private long blobsOfTable() {
        return Math.max(1, bytes / tables / blob);
    }

    TableData table(int number) {
        SplittableRandom random = new SplittableRandom(number);
        List<BlobRef> content = new ArrayList<>();
        for (long i = 0; i < blobsOfTable(); i++) {
            content.add(blob(random, blob));
        }
        return table(number, new TableContent(StreamRef.of(content)));
    }

    TableData table(int number, TableContent content) {
        return new TableData(
                "public",
                "table_%06d".formatted(number),
                List.of("id", "created", "title", "body", "author"),
                List.of("id"),
                bytes / tables / 200,
                bytes / tables,
                null,
                null,
                content);
    }

    /** A file, or the folder in front of it. */
    void entries(Consumer<IndexEntry> consumer) {
        SplittableRandom random = new SplittableRandom(files);
        consumer.accept(IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, ATTRIBUTES)));
        BlobRef pack = blob(random, PACK);
        SafePath folder = SafePath.ROOT;
        byte[] hash = new byte[ContentHash.LENGTH];
        for (long i = 0; i < files; i++) {
            if (i % PER_FOLDER == 0) {
                folder = SafePath.of("folder-%08d".formatted(i / PER_FOLDER));
                consumer.accept(IndexEntry.of(new TreeEntry.Folder(folder, ATTRIBUTES)));
            }
            pack = i % PACKED == 0 ? blob(random, PACK) : pack;
            random.nextBytes(hash);
            consumer.accept(IndexEntry.of(
                    new TreeEntry.File(
                            SafePath.of(folder + "/picture-%010d.jpg".formatted(i)),
                            ATTRIBUTES,
                            PACK / PACKED,
                            ContentHash.of(hash)),
                    new FileContent.Packed(pack, i % PACKED * (PACK / PACKED))));
        }
    }

    static BlobRef blob(SplittableRandom random, long bytes) {
        byte[] hash = new byte[ContentHash.LENGTH];
        random.nextBytes(hash);
        return new BlobRef(BlobId.of(hash), bytes, bytes / 3, false);
    }
}
