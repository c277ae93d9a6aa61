package io.understudy.filestore.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/** A disk where this user may not create files; root, who often runs the tests, is never denied by a real one. */
final class DeniedDisk extends Disk {
    @Override
    FileChannel create(Path file) throws IOException {
        throw new AccessDeniedException(file.toString());
    }
}
