package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * pg_dump's archive as a file, because parallel pg_restore must seek in it. It holds the schema and large objects, and
 * exists only during a load; one that a killed agent left is replaced by the next.
 */
final class ArchiveFile implements AutoCloseable {
    private final Path path;

    private ArchiveFile(Path path) {
        this.path = path;
    }

    /**
     * @throws UnderstudyException {@code DISK_FULL}, {@code FILE_FAILED}, {@code BLOB_MISSING}, {@code BLOB_DAMAGED}
     */
    static ArchiveFile assemble(StreamRef archive, BlobSource blobs, Path state) {
        AtomicFiles.createFolders(state, AtomicFiles.PRIVATE_FOLDER);
        ArchiveFile file = new ArchiveFile(StateEntry.ARCHIVE.in(state));
        file.close();
        try (InputStream content = new BlobSequence(archive.blobs(blobs), blobs, bytes -> {});
                OutputStream out = file.create()) {
            content.transferTo(out);
            return file;
        } catch (IOException e) {
            file.close();
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot write " + file.path + ": " + FileFailure.reason(e),
                    "free " + (archive.bytes() >> 20) + " MiB on the disk of the state folder",
                    e);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private OutputStream create() throws IOException {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(AtomicFiles.PRIVATE));
        return Files.newOutputStream(path, StandardOpenOption.WRITE);
    }

    Path path() {
        return path;
    }

    /** Where a list of its contents may be written; goes with the archive. */
    Path list() {
        return path.resolveSibling("archive.list");
    }

    @Override
    public void close() {
        AtomicFiles.delete(list());
        AtomicFiles.delete(path);
    }
}
