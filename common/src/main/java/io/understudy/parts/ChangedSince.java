package io.understudy.parts;

import io.understudy.exchange.Change;
import io.understudy.exchange.Plan;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.LinkTarget;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Looks which paths of plans that are live hold something else by now. Not thread-safe. */
final class ChangedSince {
    private Optional<String> first = Optional.empty();
    private long count;

    /** One of them, as {@code tree/path}. */
    Optional<String> first() {
        return first;
    }

    long count() {
        return count;
    }

    void look(Plan plan, TreeRoot root) {
        for (int i = 0; i < plan.size(); i++) {
            Change change = plan.change(i);
            if (!(change instanceof Change.SetAttributes) && isChanged(change, root)) {
                count++;
                first = first.or(() -> Optional.of(plan.header().tree() + "/" + change.path()));
            }
        }
    }

    /** What is gone is not in the way. */
    private static boolean isChanged(Change change, TreeRoot root) {
        Path place = root.resolve(change.path());
        try {
            FileStat stat = FileStat.of(place);
            return !(change instanceof Change.Put put)
                    || !isAsPut(place, stat, put.entry().entry());
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw FileFailure.of("look at", place, e);
        }
    }

    private static boolean isAsPut(Path place, FileStat stat, TreeEntry entry) throws IOException {
        return switch (stat.type()) {
            case FILE ->
                entry instanceof TreeEntry.File file
                        && stat.size() == file.size()
                        && stat.modified().equals(file.attributes().modified());
            case FOLDER -> entry instanceof TreeEntry.Folder;
            case LINK ->
                entry instanceof TreeEntry.Link link && LinkTarget.read(place).sameAs(link.target());
            case SPECIAL -> false;
        };
    }
}
