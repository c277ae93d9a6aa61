package io.understudy.primary.capture;

import io.understudy.files.AtomicFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether something that the repository should hold was found missing or damaged. A snapshot relies on what the one
 * before it stored, and would carry the fault on permanently; the next one after this note relies on nothing, reads and
 * stores everything again, and so repairs what later snapshots name. The note is the file {@code fullSnapshot} in the
 * state folder; it stays until such a snapshot is committed.
 */
public final class FullSnapshotFlag {
    private final Path file;

    public FullSnapshotFlag(Path state) {
        this.file = state.resolve("distrust");
    }

    /** @param why one line, for the person who finds the file; durable on return */
    public void raise(String why) {
        AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(file, (why + "\n").getBytes(StandardCharsets.UTF_8), AtomicFiles.PRIVATE);
    }

    boolean raised() {
        return Files.exists(file);
    }

    void settle() {
        AtomicFiles.delete(file);
    }
}
