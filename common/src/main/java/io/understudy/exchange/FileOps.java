package io.understudy.exchange;

import io.understudy.files.AtomicFiles;
import io.understudy.files.Attributes;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.restore.AttributeWriter;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single operations on live files, each one system call that a crash leaves done or not done. Not thread-safe.
 */
final class FileOps {
    private static final int ALL_FOR_OWNER = 0700;

    private static final Logger LOG = LoggerFactory.getLogger(FileOps.class);

    private final FileHook hook;
    private boolean changed;

    FileOps(FileHook hook) {
        this.hook = hook;
    }

    /** Renames; a file or link at {@code to} is replaced in the same moment. */
    void move(Path from, Path to) throws IOException {
        hook.before("move", to);
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AccessDeniedException e) {
            moveOpened(from, to);
        }
        changed = true;
    }

    /**
     * Gives the file a second name.
     *
     * @return false where the file system, or its rules, know no second names for this file
     */
    boolean link(Path existing, Path name) throws IOException {
        hook.before("link", name);
        try {
            Files.createLink(name, existing);
            changed = true;
            return true;
        } catch (UnsupportedOperationException | FileSystemException e) {
            return false;
        }
    }

    void delete(Path file) throws IOException {
        hook.before("delete", file);
        Files.deleteIfExists(file);
        changed = true;
    }

    void setAttributes(AttributeWriter attributeWriter, Path file, Attributes attributes) throws IOException {
        hook.before("attributes", file);
        attributeWriter.setAttributes(file, attributes);
        changed = true;
    }

    /** A folder that can't be forced, as on a disk that turned read-only, fails nothing where nothing was changed. */
    void force(Path folder) throws IOException {
        try {
            hook.before("force", folder);
            AtomicFiles.forceFolder(folder);
        } catch (IOException e) {
            if (changed) {
                throw e;
            }
            LOG.warn("{} cannot be forced to disk: {}", folder, FileFailure.reason(e));
        }
    }

    /**
     * Without root's rights a folder that its owner may not write stands in the way: it is opened, and dressed again in
     * the end.
     */
    private static void moveOpened(Path from, Path to) throws IOException {
        open(from.getParent());
        open(to.getParent());
        FileStat stat = FileStat.of(from);
        boolean shut = stat.type() == FileStat.Type.FOLDER && isShut(stat);
        if (shut) {
            open(from);
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        if (shut) {
            Files.setAttribute(to, "unix:mode", stat.permissions());
        }
    }

    private static void open(Path folder) throws IOException {
        FileStat stat = FileStat.of(folder);
        if (isShut(stat)) {
            Files.setAttribute(folder, "unix:mode", stat.permissions() | ALL_FOR_OWNER);
        }
    }

    private static boolean isShut(FileStat stat) {
        return (stat.permissions() & ALL_FOR_OWNER) != ALL_FOR_OWNER;
    }
}
