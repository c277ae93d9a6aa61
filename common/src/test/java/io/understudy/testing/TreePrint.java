package io.understudy.testing;

import io.understudy.files.ContentHash;
import io.understudy.files.Excludes;
import io.understudy.files.FileStat;
import io.understudy.files.LinkTarget;
import io.understudy.files.TreeRoot;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Everything about a tree that a copy must have, one line for each file: two trees are equal when their prints are. */
public final class TreePrint {
    private TreePrint() {}

    /** Without Understudy's own folder. */
    public static List<String> of(Path root) {
        TreeRoot tree = TreeRoot.of(root);
        TreeWalker walker = new TreeWalker(tree, Excludes.none());
        List<String> lines = new ArrayList<>();
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            lines.add(line(found.get()));
        }
        return lines;
    }

    private static String line(Found found) {
        FileStat stat = found.stat();
        boolean link = found.is(FileStat.Type.LINK);
        return String.join(
                " ",
                found.path().toString(),
                stat.type().toString(),
                link ? "-" : Integer.toOctalString(stat.permissions()),
                stat.uid() + ":" + stat.gid(),
                link
                        ? stat.modified()
                                .truncatedTo(java.time.temporal.ChronoUnit.MICROS)
                                .toString()
                        : stat.modified().toString(),
                content(found));
    }

    private static String content(Found found) {
        try {
            return switch (found.stat().type()) {
                case FILE -> {
                    byte[] content = Files.readAllBytes(found.location());
                    yield content.length + " " + ContentHash.ofContent(content, 0, content.length);
                }
                case LINK -> LinkTarget.read(found.location()).toString();
                case FOLDER, SPECIAL -> "";
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
