package io.understudy.restore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.AtomicFiles.Draft;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import io.understudy.tasks.TaskScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes single files of a snapshot as drafts next to their places and forces them in batches, in parallel, before they
 * get their names. Not thread-safe.
 */
public final class DraftFiles implements AutoCloseable {
    /** Open files at a time. */
    private static final int BATCH = 256;

    private static final int FORCERS = 8;

    private final AttributeWriter attributeWriter;
    private final byte[] buffer = new byte[1 << 17];
    private final List<Draft> unforced = new ArrayList<>();

    public DraftFiles(AttributeWriter attributeWriter) {
        this.attributeWriter = attributeWriter;
    }

    public void link(Path target, TreeEntry.Link link) throws IOException {
        Files.deleteIfExists(target);
        link.target().create(target);
        attributeWriter.setAttributes(target, link.attributes());
    }

    /** The content is there; it gets the attributes that the snapshot names, which may be another one. */
    public void refresh(Path target, TreeEntry entry) throws IOException {
        if (!(entry instanceof TreeEntry.Folder) && !attributeWriter.isSet(target, entry.attributes())) {
            attributeWriter.setAttributes(target, entry.attributes());
        }
    }

    /**
     * Writes the file's size of bytes.
     *
     * @throws UnderstudyException {@code BLOB_DAMAGED} when they are not what the index names
     */
    public void write(Path target, TreeEntry.File file, InputStream in) throws IOException {
        Draft draft = AtomicFiles.draft(target, AtomicFiles.PRIVATE);
        unforced.add(draft);
        copy(file, in, draft.channel());
        attributeWriter.setAttributes(draft.temporary(), file.attributes());
        if (unforced.size() >= BATCH) {
            force();
        }
    }

    private void copy(TreeEntry.File file, InputStream in, FileChannel out) throws IOException {
        MessageDigest digest = Sha256.digest();
        SparseWriter sparse = new SparseWriter(out);
        long left = file.size();
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                break;
            }
            digest.update(buffer, 0, count);
            sparse.write(buffer, count);
            left -= count;
        }
        sparse.finish();
        if (left > 0 || !ContentHash.of(digest.digest()).equals(file.hash())) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot write \"" + file.path() + "\": its content differs from what the index names",
                    "verify the snapshot");
        }
    }

    /** Whether the file is there with all its content; reads it. One that may not be read is not. */
    public static boolean isWhole(Path target, TreeEntry.File file) throws IOException {
        try {
            FileStat stat = FileStat.of(target);
            if (stat.type() != FileStat.Type.FILE || stat.size() != file.size()) {
                return false;
            }
            MessageDigest digest = Sha256.digest();
            try (InputStream in = new DigestInputStream(Files.newInputStream(target), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return ContentHash.of(digest.digest()).equals(file.hash());
        } catch (NoSuchFileException | AccessDeniedException e) {
            return false;
        }
    }

    /** Makes what was written last durable, and gives it its name. */
    public void force() {
        try (TaskScope scope = new TaskScope("write files")) {
            scope.forEach(FORCERS, unforced, DraftFiles::force);
        }
        unforced.clear();
    }

    /** Closes what was not forced. */
    @Override
    public void close() throws IOException {
        for (Draft draft : unforced) {
            draft.close();
        }
        unforced.clear();
    }

    /** What is named here lasts when the folder is forced, after all of them. */
    private static void force(Draft draft) {
        try (draft) {
            draft.rename();
        } catch (IOException e) {
            throw FileFailure.of("write", draft.temporary(), e);
        }
    }
}
