package io.understudy.filestore.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Remembers which folders were forced. */
final class RecordingDisk extends Disk {
    final List<Path> forced = Collections.synchronizedList(new ArrayList<>());

    @Override
    void force(Path folder) throws IOException {
        forced.add(folder);
        super.force(folder);
    }
}
