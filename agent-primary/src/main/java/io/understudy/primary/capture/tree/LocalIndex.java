package io.understudy.primary.capture.tree;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.Sha256;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.state.StateStorage;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest index of a tree on the local disk, so that it is not fetched for every snapshot; here long streams have
 * all of their blobs. Next to it a note says which stream it is and what its own hash is; where these do not fit it is
 * fetched again.
 */
final class LocalIndex {
    private static final Logger LOG = LoggerFactory.getLogger(LocalIndex.class);
    private final Path file;
    private final StateFile<Note> note;

    LocalIndex(Path folder, String tree) {
        this.file = folder.resolve(tree + ".index");
        this.note = new StateFile<>(
                new StateStorage.OnDisk(folder.resolve(tree + ".index.json"), AtomicFiles.PRIVATE),
                StateEntry.CAPTURE,
                Note.class);
    }

    /**
     * Makes sure that the local file is this index.
     *
     * @return false when it is damaged where it comes from: there is no base then
     */
    boolean obtain(StreamRef index, BlobSource source) {
        if (Optional.of(describe(index)).equals(note.read())) {
            return true;
        }
        try (Stream<IndexEntry> entries = TreeIndex.read(index, source);
                Fresh fresh = replace();
                OutputStream out = new BufferedOutputStream(fresh.out(), 1 << 16)) {
            for (IndexEntry entry : (Iterable<IndexEntry>) entries::iterator) {
                TreeIndex.write(entry.with(content -> content.whole(source)), out);
            }
            out.flush();
            fresh.commit(index);
            return true;
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent() && e.code() != ErrorCode.IDENTITY_MISSING) {
                throw e;
            }
            note.delete();
            LOG.warn("the tree is captured in full, without the base's index: {}", e.getMessage());
            return false;
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }

    /** The entries one after the other. Close it. */
    Stream<IndexEntry> entries() {
        try {
            return TreeIndex.read(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** A new file, which takes the old one's place when it is committed. Close it. */
    Fresh replace() throws IOException {
        return new Fresh();
    }

    /** What the note must say if the file that lies there is this index. */
    private Note describe(StreamRef index) {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return new Note(key(index), ContentHash.of(digest.digest()).hex());
        } catch (IOException e) {
            return new Note(key(index), "");
        }
    }

    private static String key(StreamRef index) {
        MessageDigest digest = Sha256.digest();
        for (BlobRef blob : index.list() == null ? index.direct() : index.listing()) {
            digest.update(blob.id().hex().getBytes(StandardCharsets.US_ASCII));
        }
        return ContentHash.of(digest.digest()).hex();
    }

    /**
     * @param stream hash of its blobs' names
     * @param sha256 of the file
     */
    private record Note(String stream, String sha256) {}

    final class Fresh implements AutoCloseable {
        private final MessageDigest digest = Sha256.digest();
        private final AtomicFiles.Draft draft = AtomicFiles.draft(file, AtomicFiles.PRIVATE);
        private final OutputStream out = new DigestOutputStream(draft.out(), digest);

        private Fresh() throws IOException {}

        /** Not buffered. */
        OutputStream out() {
            return out;
        }

        /** @param index what was written is this one's content */
        void commit(StreamRef index) throws IOException {
            note.delete();
            draft.commit();
            String hash = ContentHash.of(digest.digest()).hex();
            note.write(new Note(key(index), hash));
        }

        @Override
        public void close() throws IOException {
            draft.close();
        }
    }
}
