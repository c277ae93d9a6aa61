package io.understudy.primary.capture;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.databases.SiteDatabase;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifest.Carried;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which parts of a snapshot are read, and which are those of the newest one. What is carried is named with its blobs,
 * so the snapshot is as whole as any other.
 */
final class PartSelection {
    private final ReadParts parts;
    private final SnapshotSource source;
    private final Base base;
    private final boolean continuous;

    /**
     * @param base holds what is not read
     * @param continuous whether it is taken because something changed
     * @throws UnderstudyException {@code USAGE} where a kind is named of which there is no tree
     */
    PartSelection(ReadParts parts, SnapshotSource source, Base base, boolean continuous) {
        this.parts = parts;
        this.source = source;
        this.base = base;
        this.continuous = continuous;
        for (String part : parts instanceof ReadParts.Kinds asked ? asked.kinds() : Set.<String>of()) {
            if (!part.equals(SnapshotRequest.DATABASE)
                    && source.trees().stream()
                            .noneMatch(tree -> tree.kind().label().equals(part))) {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot take a snapshot of " + part + " alone: this site has no tree of that kind",
                        "its trees are of "
                                + source.trees().stream()
                                        .map(tree -> tree.kind().label())
                                        .distinct()
                                        .collect(Collectors.joining(", ")));
            }
        }
    }

    /** The site's, or one that gives what the newest snapshot has. */
    SourceDatabase database() {
        return carriesPostgresql() ? new CarriedDatabase() : source.database();
    }

    private boolean carriesPostgresql() {
        return !parts.postgresql()
                && base.manifest().flatMap(Manifest::postgresql).isPresent();
    }

    /** Those that are read. */
    List<TreeSettings> trees() {
        return source.trees().stream().filter(this::reads).toList();
    }

    /** Whether what is read lies where the site has it. */
    boolean areLive() {
        return parts.areLive();
    }

    /** Also one that came into the configuration since, as a database: the snapshot is whole. */
    private boolean reads(TreeSettings tree) {
        return parts.tree(tree.kind(), tree.name())
                || parts.areLive() && base.tree(tree).isEmpty();
    }

    /**
     * The other databases that are read: a continuous snapshot, every few seconds, dumps none that it can carry over.
     */
    List<SiteDatabase> others() {
        return source.others().stream()
                .filter(each -> parts.areLive() && !carries(each))
                .toList();
    }

    private boolean carries(SiteDatabase other) {
        return (continuous || !parts.others()) && base.other(other).isPresent();
    }

    /**
     * @param read the other databases that were read
     * @return all, in the order of the configuration; a kept copy lacks those that nothing has
     */
    List<DatabaseData> allOthers(List<DatabaseData> read) {
        Map<String, DatabaseData> own =
                read.stream().collect(Collectors.toMap(DatabaseData::name, Function.identity()));
        return source.others().stream()
                .flatMap(each -> Optional.ofNullable(own.get(each.name())).or(() -> base.other(each)).stream())
                .toList();
    }

    /** @param read the trees that were read; @return all, in the order of the configuration */
    List<TreeData> all(List<TreeData> read) {
        if (parts.isAll()) {
            return read;
        }
        Map<String, TreeData> own = read.stream().collect(Collectors.toMap(TreeData::name, Function.identity()));
        List<TreeData> all = new ArrayList<>();
        for (TreeSettings tree : source.trees()) {
            Optional.ofNullable(own.get(tree.name())).or(() -> base.tree(tree)).ifPresent(all::add);
        }
        return all;
    }

    /** @param named receives the blobs of the parts that are carried */
    void name(List<TreeData> all, List<DatabaseData> others, Map<StreamRef, KnownBlobs> named) {
        all.forEach(tree -> named.computeIfAbsent(tree.references(), references -> base.named(tree)));
        others.forEach(other -> named.computeIfAbsent(other.references(), base.named()::get));
    }

    /** What is not read. */
    List<Carried> carried() {
        List<Carried> carried = new ArrayList<>();
        if (carriesPostgresql()) {
            carried.add(base.origin("database " + newest().database().name()));
        }
        source.others().stream()
                .filter(this::carries)
                .forEach(each -> carried.add(base.origin(base.other(each).orElseThrow())));
        source.trees().stream()
                .filter(tree -> !reads(tree) && base.tree(tree).isPresent())
                .forEach(tree -> carried.add(base.origin("tree " + tree.name())));
        return carried;
    }

    private Manifest newest() {
        return base.manifest().orElseThrow();
    }

    /** Reads nothing; a tracked database stays at the snapshot that it was read for. */
    private final class CarriedDatabase implements SourceDatabase {
        @Override
        public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable frozen) {
            Manifest newest = newest();
            DatabaseData data = newest.database();
            Manifest.Totals totals = newest.totals();
            return new Captured(
                    newest.moment(),
                    newest.walLsn(),
                    newest.versions().postgres(),
                    newest.versions().tools(),
                    new Written(
                            data,
                            totals.tables(),
                            totals.rows(),
                            totals.databaseBytes()
                                    - newest.others().stream()
                                            .mapToLong(other -> other.archive().bytes())
                                            .sum(),
                            base.named().get(data.references())),
                    CommitNotice.NONE);
        }
    }
}
