package io.understudy.filestore.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A disk without room: what is written goes to {@code /dev/full}, so the error is the operating system's own. */
final class FullDisk extends Disk {
    @Override
    FileChannel create(Path file) throws IOException {
        super.create(file).close();
        return FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
    }
}
