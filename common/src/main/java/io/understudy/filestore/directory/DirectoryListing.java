package io.understudy.filestore.directory;

import io.understudy.filestore.FolderWalk;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the folders below a root for a listing; files that no key can denote are passed over. */
record DirectoryListing(Path root) implements FolderWalk.Folders {
    @Override
    public List<ObjectInfo> read(String folder) throws IOException {
        List<ObjectInfo> entries = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(root.resolve(folder))) {
            for (Path path : paths) {
                entry(path, folder).ifPresent(entries::add);
                if (FolderWalk.isTooMany(entries.size())) {
                    throw new IOException(FolderWalk.tooMany(folder));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (AccessDeniedException e) {
            if (!FolderWalk.isStray(folder)) {
                throw e;
            }
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return entries;
    }

    private static Optional<ObjectInfo> entry(Path path, String folder) throws IOException {
        String key = folder + path.getFileName();
        if (!Keys.valid(key)) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isDirectory() || !FolderWalk.isFolder(key)) {
                return Optional.of(info(key, attributes));
            }
            // Links to folders could lead round in circles. A part that is kept elsewhere is linked at the top.
            boolean followed = folder.isEmpty() || !Files.isSymbolicLink(path);
            return Optional.of(info(key + "/", attributes)).filter(each -> followed);
        } catch (NoSuchFileException deletedMeanwhile) {
            return dangling(path, key);
        } catch (FileSystemException e) {
            // A link to itself.
            return dangling(path, key).or(() -> {
                throw new UncheckedIOException(e);
            });
        }
    }

    /** What takes a name without being a file is listed as an object that cannot be read: the name is not free. */
    private static Optional<ObjectInfo> dangling(Path path, String key) throws IOException {
        try {
            BasicFileAttributes link = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(link).filter(BasicFileAttributes::isSymbolicLink).map(each -> info(key, each));
        } catch (NoSuchFileException deletedMeanwhile) {
            return Optional.empty();
        }
    }

    private static ObjectInfo info(String key, BasicFileAttributes attributes) {
        return new ObjectInfo(
                key,
                attributes.isRegularFile() ? attributes.size() : 0,
                attributes.lastModifiedTime().toInstant());
    }
}
