package io.understudy.filestore.directory;

import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.ObjectIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Walks the files below a root in the order of their whole keys, as an object store lists them: {@code a-b}, {@code a.b},
 * {@code a/b}. Holds the names of one folder of each level in memory; files that no key can denote are passed over.
 */
final class DirectoryListing extends ObjectIterator {
    /** @param key of a file, or of a folder with a slash at its end */
    private record Entry(String key, Path path, BasicFileAttributes attributes) {}

    private final String prefix;
    private final String after;
    private final Deque<Iterator<Entry>> levels = new ArrayDeque<>();

    DirectoryListing(Path root, String prefix, String after) throws IOException {
        this.prefix = prefix;
        this.after = after;
        String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
        if (folder.isEmpty() || Keys.valid(folder.substring(0, folder.length() - 1))) {
            levels.push(entries(root.resolve(folder), folder).iterator());
        }
    }

    @Override
    protected Optional<ObjectInfo> find() {
        Optional<ObjectInfo> found = Optional.empty();
        while (found.isEmpty() && !levels.isEmpty()) {
            if (levels.peek().hasNext()) {
                found = visit(levels.peek().next());
            } else {
                levels.pop();
            }
        }
        return found;
    }

    private Optional<ObjectInfo> visit(Entry entry) {
        BasicFileAttributes attributes = entry.attributes();
        if (attributes.isDirectory()) {
            descend(entry);
        } else if (entry.key().startsWith(prefix) && entry.key().compareTo(after) > 0) {
            return Optional.of(new ObjectInfo(
                    entry.key(),
                    attributes.size(),
                    attributes.lastModifiedTime().toInstant()));
        }
        return Optional.empty();
    }

    private void descend(Entry folder) {
        boolean matches = folder.key().startsWith(prefix) || prefix.startsWith(folder.key());
        boolean later = folder.key().compareTo(after) > 0 || after.startsWith(folder.key());
        if (matches && later) {
            try {
                levels.push(entries(folder.path(), folder.key()).iterator());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static List<Entry> entries(Path folder, String key) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                entry(path, key).ifPresent(entries::add);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(Comparator.comparing(Entry::key));
        return entries;
    }

    private static Optional<Entry> entry(Path path, String folder) throws IOException {
        String key = folder + path.getFileName();
        if (!Keys.valid(key)) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                return Optional.of(new Entry(key + "/", path, attributes));
            }
            return attributes.isRegularFile() ? Optional.of(new Entry(key, path, attributes)) : Optional.empty();
        } catch (NoSuchFileException deletedMeanwhile) {
            return Optional.empty();
        }
    }
}
