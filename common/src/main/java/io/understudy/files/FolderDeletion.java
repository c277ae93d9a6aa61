package io.understudy.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Deletes folders of ours with all that they hold, those without a write permission too. Links are not followed. */
public final class FolderDeletion {
    private FolderDeletion() {}

    /**
     * Deletes it durably. What is not there, or goes while this runs, is left alone; so it is idempotent.
     *
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED} or {@code FILE_FAILED}; some of it may be
     *     gone
     */
    public static void delete(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new Visitor());
            AtomicFiles.forceFolder(folder.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw FileFailure.of("delete", folder, e);
        }
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            if (!Files.isWritable(folder)) {
                Files.setPosixFilePermissions(folder, AtomicFiles.PRIVATE_FOLDER);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
