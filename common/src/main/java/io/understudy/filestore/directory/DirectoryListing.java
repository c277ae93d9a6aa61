package io.understudy.filestore.directory;

import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Walks the files below a root in the order of their whole keys, as an object store lists them: {@code a-b},
 * {@code a.b}, {@code a/b}. A page ends before a folder, never among the files of one: a folder must be read whole to
 * be sorted, and is read once so. Holds a page, and the names of one folder of each level, in memory; files that no key
 * can denote are passed over.
 */
final class DirectoryListing {
    private static final int FULL = 1_000;

    /** Of one folder, all of whose names are in memory at a time. */
    private static final int MOST = 300_000;

    /** How the name of each small object ends: a folder of such a name is none of the repository's. */
    private static final String JSON = ".json";

    /** @param key of a file, or of a folder with a slash at its end */
    private record Entry(String key, Path path, BasicFileAttributes attributes) {
        ObjectInfo info() {
            return new ObjectInfo(
                    key,
                    attributes.isRegularFile() ? attributes.size() : 0,
                    attributes.lastModifiedTime().toInstant());
        }
    }

    private final String prefix;
    private final String after;
    private final List<ObjectInfo> found = new ArrayList<>();

    private DirectoryListing(String prefix, String after) {
        this.prefix = prefix;
        this.after = after;
    }

    static Page page(Path root, String prefix, String after) throws IOException {
        DirectoryListing listing = new DirectoryListing(prefix, after);
        String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        boolean all = !folder.isEmpty() && !Keys.valid(folder.substring(0, folder.length() - 1))
                || listing.walk(root.resolve(folder), folder);
        return new Page(listing.found, !all);
    }

    /** @return whether there was room for all */
    private boolean walk(Path folder, String key) throws IOException {
        for (Entry entry : entries(folder, key)) {
            if (!entry.key().endsWith("/")) {
                if (entry.key().startsWith(prefix) && entry.key().compareTo(after) > 0) {
                    found.add(entry.info());
                }
            } else if (matches(entry) && (found.size() >= FULL || !walk(entry.path(), entry.key()))) {
                return false;
            }
        }
        return true;
    }

    private boolean matches(Entry folder) {
        return (folder.key().startsWith(prefix) || prefix.startsWith(folder.key()))
                && (folder.key().compareTo(after) > 0 || after.startsWith(folder.key()));
    }

    private static List<Entry> entries(Path folder, String key) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                entry(path, key).ifPresent(entries::add);
                if (entries.size() > MOST) {
                    throw new IOException("more than " + MOST + " files in " + (key.isEmpty() ? "the root" : key));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (AccessDeniedException e) {
            if (!isStray(key)) {
                throw e;
            }
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(Comparator.comparing(Entry::key));
        return entries;
    }

    /** Whether no object of the repository is in this folder: only blobs are more than one folder deep. */
    private static boolean isStray(String key) {
        return key.indexOf('/') < key.length() - 1 && !key.startsWith("blobs/");
    }

    private static Optional<Entry> entry(Path path, String folder) throws IOException {
        String key = folder + path.getFileName();
        if (!Keys.valid(key)) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isDirectory() || key.endsWith(JSON)) {
                return Optional.of(new Entry(key, path, attributes));
            }
            // Links to folders could lead round in circles. A part that is kept elsewhere is linked at the top.
            boolean followed = folder.isEmpty() || !Files.isSymbolicLink(path);
            return Optional.of(new Entry(key + "/", path, attributes)).filter(each -> followed);
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
    private static Optional<Entry> dangling(Path path, String key) throws IOException {
        try {
            BasicFileAttributes link = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new Entry(key, path, link)).filter(each -> link.isSymbolicLink());
        } catch (NoSuchFileException deletedMeanwhile) {
            return Optional.empty();
        }
    }
}
