package io.understudy.primary.command;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;

/** A file that an operator asked for, readable by its owner alone. */
final class NewFile {
    private NewFile() {}

    /** Never writes over another file. @throws UnderstudyException {@code FILE_FAILED} */
    static void write(Path file, byte[] content) {
        try (AtomicFiles.Draft draft = AtomicFiles.draft(file, AtomicFiles.PRIVATE)) {
            draft.out().write(content);
            draft.commitNew();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot write " + file + ": " + e,
                    "give the name of a new file in a folder that this user may write",
                    e);
        }
    }
}
