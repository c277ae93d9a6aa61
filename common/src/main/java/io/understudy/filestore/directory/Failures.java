package io.understudy.filestore.directory;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

/** What an {@link IOException} of the file system means. */
final class Failures {
    /** A disk with less room than this is full, whatever language the operating system says it in. */
    private static final long NO_ROOM = 64 * 1024;

    private final Path root;
    private final String name;

    Failures(Path root, String name) {
        this.root = root;
        this.name = name;
    }

    UnderstudyException missing(String key) {
        return new UnderstudyException(
                ErrorCode.OBJECT_MISSING,
                "cannot read " + key + " from " + name + ": it is not there",
                "run verify to see what else is missing");
    }

    /**
     * Says so when the root is gone; an unmounted disk must not look like an empty repository.
     *
     * @throws UnderstudyException {@code FILESTORE_UNREACHABLE}
     */
    void requireRoot(String action) {
        try {
            if (Files.readAttributes(root, BasicFileAttributes.class).isDirectory()) {
                return;
            }
        } catch (AccessDeniedException e) {
            throw denied(action, "permission denied", e);
        } catch (IOException e) {
            throw noRoot(action, e);
        }
        throw noRoot(action, null);
    }

    private UnderstudyException noRoot(String action, IOException cause) {
        String hint = "mount its disk, or create the folder if it is new: mkdir -p " + root;
        return failure(ErrorCode.FILESTORE_UNREACHABLE, action, "the folder is not there", hint, cause);
    }

    /** @param action {@code write x to} */
    UnderstudyException of(String action, long bytes, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return failure(ErrorCode.CANCELLED, action, "interrupted", "try again", cause);
        }
        String reason = FileFailure.reason(cause).toLowerCase(Locale.ROOT);
        if (isDenied(cause, reason)) {
            return denied(action, reason, cause);
        }
        if (cause instanceof NoSuchFileException) {
            requireRoot(action);
        }
        if (isFull(reason, bytes)) {
            return failure(ErrorCode.DISK_FULL, action, "no space left", "free space on the disk of " + root, cause);
        }
        if (cause instanceof AtomicMoveNotSupportedException) {
            String hint = "keep the whole of " + root + " on one file system";
            return failure(ErrorCode.FILESTORE_DENIED, action, "a folder below it is on another disk", hint, cause);
        }
        return failure(
                ErrorCode.FILESTORE_FAILED, action, reason, "check the disk, its mount and the system's log", cause);
    }

    private UnderstudyException denied(String action, String reason, IOException cause) {
        String hint =
                "let the user of the agent, " + System.getProperty("user.name") + ", read and write below " + root;
        return failure(ErrorCode.FILESTORE_DENIED, action, reason, hint, cause);
    }

    private UnderstudyException failure(ErrorCode code, String action, String why, String hint, IOException cause) {
        return new UnderstudyException(code, "cannot " + action + " " + name + ": " + why, hint, cause);
    }

    private boolean isFull(String reason, long bytes) {
        if (reason.contains("no space left") || reason.contains("quota exceeded")) {
            return true;
        }
        try {
            return bytes > 0 && Files.getFileStore(root).getUsableSpace() < Math.min(bytes, NO_ROOM);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isDenied(IOException cause, String reason) {
        return cause instanceof AccessDeniedException
                || reason.contains("permission denied")
                || reason.contains("operation not permitted")
                || reason.contains("read-only file system");
    }
}
