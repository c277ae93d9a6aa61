package io.understudy.primary.capture;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What was kept of an old primary when a snapshot was imported over it. Where a part is not kept, that of the last
 * snapshot that was shipped takes its place.
 *
 * @param epoch that this server held when it had it; empty: the one that it holds
 * @param database the name that the site's PostgreSQL database has now; empty where it is not kept
 * @param trees where the kept trees lie, by their names
 */
public record KeptParts(Optional<Integer> epoch, Optional<String> database, Map<String, Path> trees) {
    public KeptParts {
        trees = Map.copyOf(trees);
    }

    /** Of the epoch that this server holds. */
    public KeptParts(Optional<String> database, Map<String, Path> trees) {
        this(Optional.empty(), database, trees);
    }

    /** As a snapshot takes them for what is to be read. */
    ReadParts.Kept parts() {
        return new ReadParts.Kept(database.isPresent(), trees.keySet());
    }
}
