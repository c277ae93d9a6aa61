package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.StatusView;
import io.understudy.replica.command.ListCommand.Listing.Entry;
import io.understudy.replica.fetch.Mirror;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

@Command(name = "list", description = "The snapshots in the repository, and what this replica knows of each.")
final class ListCommand extends ReplicaCommand {
    private static final Logger LOG = LoggerFactory.getLogger(ListCommand.class);

    /**
     * What {@code list} prints with {@code --json}.
     *
     * @param snapshots ascending
     * @param setAside databases that were here before Understudy, by the names that they have now
     */
    record Listing(List<Entry> snapshots, List<String> setAside) {
        /**
         * @param moment of the data, known of those that are in the mirror
         * @param state {@code live}, {@code previous}, {@code rejected}, {@code failed} or {@code stored}
         * @param mirrored whether all of it is on this server's disk
         */
        record Entry(SnapshotId snapshot, String state, boolean mirrored, Optional<Instant> moment) {
            String text() {
                return "%s  %-8s  %s%s"
                        .formatted(snapshot, state, moment.map(Moments::text).orElse(""), mirrored ? "  mirrored" : "")
                        .stripTrailing();
            }
        }

        String text() {
            Stream<String> stored = snapshots.isEmpty()
                    ? Stream.of("no snapshots")
                    : snapshots.stream().map(Entry::text);
            return Stream.concat(stored, setAside.stream().map(name -> "set aside: database " + name))
                    .collect(Collectors.joining("\n"));
        }
    }

    @Override
    boolean forAllSites() {
        return true;
    }

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        ReplicaRecord record = wiring.store().record();
        Mirror mirror = wiring.snapshots().mirror();
        Set<SnapshotId> mirrored = new HashSet<>(mirror.list());
        Listing listing = new Listing(
                wiring.repository().list().stream()
                        .map(id -> entry(id, record, mirror, mirrored.contains(id)))
                        .toList(),
                StatusView.setAside(record, settings.database().name()));
        cli.print(listing, listing::text);
        return 0;
    }

    /** A damaged manifest in the mirror is fetched again when it is needed; it hides no other snapshot. */
    static Entry entry(SnapshotId id, ReplicaRecord record, Mirror mirror, boolean mirrored) {
        try {
            Optional<Instant> moment = mirrored ? Optional.of(mirror.read(id).moment()) : Optional.empty();
            return new Entry(id, state(id, record), mirrored, moment);
        } catch (UnderstudyException e) {
            LOG.warn("the mirror's copy of {} cannot be read: {}", id, e.getMessage());
            return new Entry(id, state(id, record), false, Optional.empty());
        }
    }

    private static String state(SnapshotId id, ReplicaRecord record) {
        Optional<SnapshotId> wanted = Optional.of(id);
        if (record.live().flatMap(DatabaseVersion::snapshot).equals(wanted)) {
            return "live";
        }
        if (record.state() instanceof Following following
                && following.previous().flatMap(DatabaseVersion::snapshot).equals(wanted)) {
            return "previous";
        }
        return record.failedAttempt(id)
                .map(failedAttempt -> failedAttempt.rejection() ? "rejected" : "failed")
                .orElse("stored");
    }
}
