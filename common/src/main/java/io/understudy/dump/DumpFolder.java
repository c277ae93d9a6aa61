package io.understudy.dump;

import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FolderDeletion;
import io.understudy.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A new folder that a dump is written to. It has its name when all is in it. */
final class DumpFolder {
    private final Path target;

    /** @throws io.understudy.failure.UnderstudyException {@code USAGE} where it exists */
    DumpFolder(Path folder) {
        this.target = folder.toAbsolutePath().normalize();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw DumpFile.exists(target);
        }
    }

    void write(DirectoryDump dump, Progress progress) {
        Path draft = target.resolveSibling(".understudy-" + target.getFileName() + ".part");
        // What a killed command left.
        FolderDeletion.delete(draft);
        boolean whole = false;
        try {
            AtomicFiles.createFolders(draft, AtomicFiles.PRIVATE_FOLDER);
            dump.write(new FolderMembers(draft), progress);
            AtomicFiles.forceFolder(draft);
            AtomicFiles.move(draft, target);
            whole = true;
        } catch (UncheckedIOException e) {
            throw FileFailure.of("write the dump to", target, e.getCause());
        } catch (IOException e) {
            throw FileFailure.of("write the dump to", target, e);
        } finally {
            if (!whole) {
                FolderDeletion.delete(draft);
            }
        }
    }
}
