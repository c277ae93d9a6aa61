package io.understudy.replica.round;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.replica.load.SpareLoader;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.Manifest;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks before a load whether this server can take a snapshot, and remembers which it could. Not thread-safe. */
final class ImportChecks {
    private static final Duration VERIFIED = Duration.ofMinutes(10);

    private final SpareLoader loader;
    private final List<TreeSettings> trees;
    private final Ticker ticker;
    private Optional<Verified> verified = Optional.empty();
    private long verifiedAt;

    ImportChecks(SpareLoader loader, List<TreeSettings> trees, Ticker ticker) {
        this.loader = loader;
        this.trees = List.copyOf(trees);
        this.ticker = ticker;
    }

    void check(Manifest manifest) {
        TreesMatch.check(manifest, trees);
        loader.preflight(manifest);
    }

    /** As {@link #check}, but what was found well of an alike snapshot counts for ten minutes. */
    void checkAhead(Manifest manifest) {
        Verified now = Verified.of(manifest);
        boolean recent = verified.filter(now::equals).isPresent()
                && ticker.since(verifiedAt).compareTo(VERIFIED) < 0;
        if (!recent) {
            check(manifest);
            verified = Optional.of(now);
            verifiedAt = ticker.nanos();
        }
    }

    /** What the checks look at, apart from this server. */
    private record Verified(
            Optional<DatabaseProperties> properties,
            Optional<String> schema,
            Manifest.Versions versions,
            List<String> trees) {
        static Verified of(Manifest manifest) {
            Optional<DatabaseData> data = manifest.postgresql();
            return new Verified(
                    data.map(DatabaseData::properties),
                    data.map(DatabaseData::schemaHash),
                    manifest.versions(),
                    manifest.trees().stream()
                            .map(tree -> tree.kind().label() + " " + tree.name())
                            .toList());
        }
    }
}
