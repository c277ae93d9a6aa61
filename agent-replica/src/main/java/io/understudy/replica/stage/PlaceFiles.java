package io.understudy.replica.stage;

import io.understudy.bucket.LivePlace;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files of {@link LivePlace} as entries of a tree, so that they are staged and applied as all others. */
final class PlaceFiles {
    private static final Attributes FOLDER = new Attributes(0755, Instant.EPOCH, "root", "root");
    private static final Attributes FILE = new Attributes(0644, Instant.EPOCH, "root", "root");

    private final List<IndexEntry> entries = new ArrayList<>();
    private final Map<BlobId, byte[]> contents = new HashMap<>();

    PlaceFiles(FilestoreSettings place) {
        entries.add(IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, FOLDER)));
        LivePlace.files(place).forEach(this::add);
    }

    private void add(String name, String text) {
        byte[] content = (text + "\n").getBytes(StandardCharsets.UTF_8);
        ContentHash hash = ContentHash.ofContent(content, 0, content.length);
        BlobId id = new BlobId(hash.hex());
        contents.put(id, content);
        entries.add(IndexEntry.of(
                new TreeEntry.File(SafePath.of(name), FILE, content.length, hash),
                new FileContent.Streamed(
                        StreamRef.of(List.of(new BlobRef(id, content.length, content.length, false))))));
    }

    /** In order. */
    List<IndexEntry> entries() {
        return List.copyOf(entries);
    }

    /** Gives their contents too. */
    BlobSource over(BlobSource blobs) {
        return blob ->
                contents.containsKey(blob.id()) ? new ByteArrayInputStream(contents.get(blob.id())) : blobs.open(blob);
    }
}
