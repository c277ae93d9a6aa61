package io.understudy.dump;

import io.understudy.files.AtomicFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Files of a folder, readable by this user alone. */
final class FolderMembers implements DumpMembers {
    private static final int BLOCK = 64 << 10;

    private final Path folder;

    FolderMembers(Path folder) {
        this.folder = folder;
    }

    @Override
    public void add(String name, LongSupplier size, Content content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(AtomicFiles.openPrivate(folder.resolve(name)), BLOCK)) {
            content.write(out, 0);
        }
    }
}
