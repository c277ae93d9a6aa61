package io.understudy.e2e;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a folder what its copy is. Only what changed is copied: of two servers' files, mostly PostgreSQL's, that is a
 * small part.
 */
final class FolderRestore {
    private final Path copy;
    private final Path folder;

    private FolderRestore(Path copy, Path folder) {
        this.copy = copy;
        this.folder = folder;
    }

    static void of(Path copy, Path folder) {
        try {
            new FolderRestore(copy, folder).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run() throws IOException {
        List<Path> wanted = paths(copy);
        Set<Path> names = wanted.stream().map(copy::relativize).collect(Collectors.toSet());
        List<Path> present = paths(folder);
        present.sort(Comparator.reverseOrder());
        for (Path path : present) {
            if (!names.contains(folder.relativize(path)) || !sameKind(copy.resolve(folder.relativize(path)), path)) {
                Files.deleteIfExists(path);
            }
        }
        for (Path path : wanted) {
            restore(path, folder.resolve(copy.relativize(path)));
        }
    }

    /** Folders before what they hold. */
    private static List<Path> paths(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.sorted().collect(Collectors.toList());
        }
    }

    private static boolean sameKind(Path one, Path other) throws IOException {
        BasicFileAttributes first = Files.readAttributes(one, BasicFileAttributes.class, NOFOLLOW_LINKS);
        BasicFileAttributes second = Files.readAttributes(other, BasicFileAttributes.class, NOFOLLOW_LINKS);
        return first.isDirectory() == second.isDirectory() && first.isRegularFile() == second.isRegularFile();
    }

    private static void restore(Path from, Path to) throws IOException {
        if (Files.exists(to, NOFOLLOW_LINKS) && same(from, to)) {
            return;
        }
        if (Files.isDirectory(from, NOFOLLOW_LINKS) && Files.isDirectory(to, NOFOLLOW_LINKS)) {
            Files.setAttribute(to, "unix:mode", Files.getAttribute(from, "unix:mode", NOFOLLOW_LINKS));
            return;
        }
        Files.copy(from, to, NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean same(Path one, Path other) throws IOException {
        for (String attribute : List.of("size", "lastModifiedTime", "mode", "uid", "gid")) {
            Object first = Files.getAttribute(one, "unix:" + attribute, NOFOLLOW_LINKS);
            if (!first.equals(Files.getAttribute(other, "unix:" + attribute, NOFOLLOW_LINKS))) {
                return false;
            }
        }
        return true;
    }
}
