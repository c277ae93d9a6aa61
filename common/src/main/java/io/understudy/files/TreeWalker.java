package io.understudy.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Walks a tree in the order of {@link SafePath}: the root first, each folder before what it holds. Links are never
 * followed, excluded paths never entered. It holds the names of the folders it is in, nothing else; what vanishes while
 * it walks is left out. Not thread-safe.
 */
public final class TreeWalker {
    /**
     * One thing that lies in the tree.
     *
     * @param location where it lies on disk
     */
    public record Found(SafePath path, Path location, FileStat stat) {
        /** @return whether it is of this type */
        public boolean is(FileStat.Type type) {
            return stat.type() == type;
        }
    }

    private final TreeRoot root;
    private final Excludes excludes;
    private final SafePath start;
    private final Deque<Folder> open = new ArrayDeque<>();
    private boolean started;
    private Found unentered;

    public TreeWalker(TreeRoot root, Excludes excludes) {
        this(root, excludes, SafePath.ROOT);
    }

    /** Walks only {@code start} and what lies beneath it. */
    public TreeWalker(TreeRoot root, Excludes excludes, SafePath start) {
        this.root = root;
        this.excludes = excludes;
        this.start = start;
    }

    /**
     * The next one, empty at the end.
     *
     * @throws io.understudy.failure.UnderstudyException {@code FILE_DENIED} or {@code FILE_FAILED} when a folder can't
     *     be listed
     */
    public Optional<Found> next() {
        if (!started) {
            started = true;
            Optional<Found> first = look(start);
            first.ifPresent(this::remember);
            return first;
        }
        enter();
        while (!open.isEmpty()) {
            Folder folder = open.peek();
            if (folder.next == folder.names.length) {
                open.pop();
                continue;
            }
            byte[] name = folder.names[folder.next];
            folder.names[folder.next++] = null;
            SafePath path = folder.path.child(name);
            Optional<Found> found = excludes.match(path) ? Optional.empty() : look(path);
            if (found.isPresent()) {
                remember(found.get());
                return found;
            }
        }
        return Optional.empty();
    }

    /** Does not enter the folder that {@link #next} just returned. */
    public void skip() {
        unentered = null;
    }

    private void remember(Found found) {
        unentered = found.is(FileStat.Type.FOLDER) ? found : null;
    }

    private void enter() {
        if (unentered != null) {
            open.push(new Folder(unentered.path, names(unentered)));
            unentered = null;
        }
    }

    private Optional<Found> look(SafePath path) {
        Path location = root.resolve(path);
        try {
            return Optional.of(new Found(path, location, FileStat.of(location)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("look at", location, e);
        }
    }

    private static byte[][] names(Found folder) {
        List<byte[]> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder.location)) {
            for (Path child : children) {
                names.add(lastName(child));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new byte[0][];
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw FileFailure.of("list the folder", folder.location, e.getCause());
        } catch (IOException e) {
            throw FileFailure.of("list the folder", folder.location, e);
        }
        byte[][] sorted = names.toArray(byte[][]::new);
        Arrays.sort(sorted, Arrays::compareUnsigned);
        return sorted;
    }

    private static byte[] lastName(Path child) {
        byte[] raw = RawPaths.bytes(child);
        int from = raw.length;
        while (raw[from - 1] != '/') {
            from--;
        }
        return Arrays.copyOfRange(raw, from, raw.length);
    }

    private static final class Folder {
        private final SafePath path;
        private final byte[][] names;
        private int next;

        private Folder(SafePath path, byte[][] names) {
            this.path = path;
            this.names = names;
        }
    }
}
