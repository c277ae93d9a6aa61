package io.understudy.files;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Turns what Java says of a failed file operation into a stable code with a hint. */
public final class FileFailure {
    private static final long FULL = 64 << 10;

    private FileFailure() {}

    /**
     * @param action what was being done: {@code "read"}
     * @return {@code DISK_FULL}, {@code FILE_DENIED} or {@code FILE_FAILED}, naming the path; {@code CANCELLED} when
     *     the thread was interrupted
     */
    public static UnderstudyException of(String action, Path path, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new UnderstudyException(
                    ErrorCode.CANCELLED,
                    "cannot " + action + " " + RawPaths.printable(path) + ": cancelled",
                    "run it again",
                    cause);
        }
        String message = "cannot " + action + " " + RawPaths.printable(path) + ": " + reason(cause);
        if (isFull(path, cause)) {
            return new UnderstudyException(
                    ErrorCode.DISK_FULL, message, "free space on the file system of this path", cause);
        }
        if (isDenied(cause)) {
            return new UnderstudyException(
                    ErrorCode.FILE_DENIED,
                    message,
                    "run the command as root or the agent's user; for a file of a tree: give that user access to it, or exclude it",
                    cause);
        }
        return new UnderstudyException(ErrorCode.FILE_FAILED, message, "check the disk and the system's log", cause);
    }

    /** Why, in plain words: Java describes some failures by the name of a class or by the path alone. */
    public static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof NotDirectoryException) {
            return "not a folder";
        }
        if (cause instanceof DirectoryNotEmptyException) {
            return "the folder is not empty";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        if (cause instanceof FileSystemException failure && failure.getReason() != null) {
            return failure.getReason();
        }
        return cause.getMessage() == null || cause instanceof FileSystemException
                ? cause.getClass().getSimpleName()
                : cause.getMessage();
    }

    private static boolean isDenied(IOException cause) {
        String reason = reason(cause);
        return cause instanceof AccessDeniedException
                || reason.contains("not permitted")
                || reason.contains("Read-only file system");
    }

    private static boolean isFull(Path path, IOException cause) {
        String reason = reason(cause);
        return reason.contains("No space left")
                || reason.contains("quota exceeded")
                || (!(cause instanceof NoSuchFileException) && !isDenied(cause) && leavesNoRoom(path));
    }

    /** The kernel's message may be in another language; a disk without room says the same. */
    private static boolean leavesNoRoom(Path path) {
        return DiskSpace.ofThisMachine().free(path).orElse(FULL) < FULL;
    }
}
