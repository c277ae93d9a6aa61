package io.understudy.site;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The file whose existence alone says that this server is in backup mode. Whatever stands at its path counts: an empty
 * file, a foreign one, a dangling link. Its absence makes a server production, so only a folder that was read and holds
 * no such name counts as absence; a folder that is missing or cannot be read is an error.
 *
 * <p>Errors are {@code FILE_DENIED}, {@code FILE_FAILED} and {@code DISK_FULL}. Thread-safe.
 */
public final class Marker {
    private static final int LONGEST = 64 * 1024;

    private final Path file;

    public Marker(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    public Path file() {
        return file;
    }

    public boolean present() {
        try {
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            requireFolder();
            return false;
        } catch (IOException e) {
            throw FileFailure.of("look for the marker", file, e);
        }
    }

    /** What a marker of Understudy's says; empty when there is none, or one that another program wrote. */
    public Optional<MarkerContent> read() {
        if (!present() || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return MarkerContent.parse(new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8));
        } catch (NoSuchFileException removedMeanwhile) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read the marker", file, e);
        }
    }

    /** Writes or replaces it, readable for all users, its folder too where that is missing. Durable when it returns. */
    public void write(MarkerContent content) {
        AtomicFiles.createFolders(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        AtomicFiles.write(file, content.text().getBytes(StandardCharsets.UTF_8), AtomicFiles.READABLE);
    }

    /**
     * Rewrites the text of the marker, and never creates one: a removal stands, at whatever moment it comes. A crash
     * leaves the marker there with the old content, the new, or some of each. Durable when it returns.
     *
     * @return false when there is none, or none that can be written into
     */
    public boolean renew(MarkerContent content) {
        byte[] text = content.text().getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(text));
            channel.truncate(text.length);
            channel.force(true);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (AccessDeniedException e) {
            return replaceForeign(content);
        } catch (IOException e) {
            throw FileFailure.of("write the marker", file, e);
        }
    }

    /** A marker that another user made can't be written into, only be replaced, by who may write its folder. */
    private boolean replaceForeign(MarkerContent content) {
        if (!present()) {
            return false;
        }
        write(content);
        return true;
    }

    /** Removes it if it is there. Durable when it returns, also where an earlier removal was not. */
    public void remove() {
        AtomicFiles.delete(file);
        try {
            AtomicFiles.forceFolder(file.getParent());
        } catch (IOException e) {
            throw FileFailure.of("remove the marker", file, e);
        }
    }

    private void requireFolder() {
        if (!Files.isDirectory(file.getParent())) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot look for the marker: its folder " + file.getParent() + " does not exist",
                    "mount its disk or create the folder, or correct marker in the configuration");
        }
    }
}
