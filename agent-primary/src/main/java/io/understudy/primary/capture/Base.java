package io.understudy.primary.capture;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.databases.SiteDatabase;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs.Section;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest snapshot, whose content need not be sent again.
 *
 * @param manifest empty where there is none to rely on
 * @param named the blobs that it names, by part, under its references
 */
record Base(Optional<Manifest> manifest, Map<StreamRef, KnownBlobs> named) {
    static final Base NONE = new Base(Optional.empty(), Map.of());

    private static final Logger LOG = LoggerFactory.getLogger(Base.class);

    Base {
        named = Map.copyOf(named);
    }

    /**
     * Reads it. One that cannot be read must not stop the next snapshot: that one then asks for each blob.
     *
     * @param kept where it comes from on a server that cannot read it in the repository
     * @param junk receives what has the name of a newer snapshot and is none
     */
    static Base of(Repository target, KeptManifest kept, Consumer<JunkObject> junk) {
        return target.newest(target.list(), junk)
                .map(newest -> of(target, newest, kept))
                .orElse(NONE);
    }

    /** That snapshot, or that orphan where the target holds them. */
    static Base of(Repository target, SnapshotId newest, KeptManifest kept) {
        try {
            Outline outline = target.outline(newest);
            Optional<Manifest> whole =
                    target.blobs().areReadable() ? Optional.of(target.read(newest)) : kept.of(outline);
            Map<StreamRef, KnownBlobs> named = new HashMap<>();
            for (Section section : outline.parts()) {
                KnownBlobs own = KnownBlobs.none();
                section.forEach(target.blobs(), part -> own.add(part.blob()));
                named.put(section.references(), own);
            }
            if (whole.isEmpty()) {
                LOG.warn("snapshot {} was taken elsewhere and is sealed: this one reads everything", newest);
            }
            return new Base(whole, named);
        } catch (UnderstudyException e) {
            // Content in the place of references opens as little as damaged ones.
            if (!e.code().judgesContent() && e.code() != ErrorCode.IDENTITY_MISSING) {
                throw e;
            }
            LOG.warn("snapshot {} is no base for the next one: {}; verify it", newest, e.getMessage());
            return NONE;
        }
    }

    /** Bytes of a blob as stored; empty when the snapshot does not name it. Thread-safe. */
    OptionalLong stored(BlobId blob) {
        for (KnownBlobs part : named.values()) {
            OptionalLong stored = part.stored(blob);
            if (stored.isPresent()) {
                return stored;
            }
        }
        return OptionalLong.empty();
    }

    /**
     * @param lists by way of which lists are read
     * @param frequent whether it is a continuous snapshot that is to be taken
     */
    Before before(Repository target, LocalLists lists, boolean frequent) {
        return new Before(
                target.id(),
                manifest.flatMap(newest -> newest.postgresql()
                        .map(database -> new Before.Newest(
                                databaseOf(newest),
                                database,
                                lists.of(target.blobs()),
                                target.blobs().areReadable() ? Optional.of(target.blobs()) : Optional.empty()))),
                frequent,
                lists::keeping);
    }

    /** The snapshot that a part was read for: this one, unless it was carried over already. */
    Manifest.Carried origin(String part) {
        Manifest newest = manifest.orElseThrow();
        return newest.carried().stream()
                .filter(carried -> carried.part().equals(part))
                .findFirst()
                .orElseGet(() -> new Manifest.Carried(part, newest.snapshot(), newest.moment()));
    }

    /** The snapshot that its database was read for: what change tracking knows it by. */
    static SnapshotId databaseOf(Manifest newest) {
        return newest.postgresql()
                .map(database -> new Base(Optional.of(newest), Map.of())
                        .origin("database " + database.name())
                        .snapshot())
                .orElse(newest.snapshot());
    }

    /** As {@link #origin(String)}, of a database that a command wrote: of its own moment. */
    Manifest.Carried origin(DatabaseData other) {
        Manifest.Carried origin = origin("database " + other.name());
        return new Manifest.Carried(
                origin.part(), origin.snapshot(), other.dump().moment());
    }

    /** A database that a command wrote, if this snapshot has it. */
    Optional<DatabaseData> other(SiteDatabase database) {
        return manifest.flatMap(base -> base.others().stream()
                .filter(each -> each.name().equals(database.name())
                        && each.dump().preset().equals(database.preset()))
                .findFirst());
    }

    KnownBlobs named(TreeData unchanged) {
        return named.get(unchanged.references());
    }

    Optional<TreeData> tree(TreeSettings wanted) {
        return manifest.flatMap(base -> base.trees().stream()
                .filter(tree -> tree.name().equals(wanted.name()) && tree.kind() == wanted.kind())
                .findFirst());
    }

    /** The newest snapshot up to this one that is not continuous. */
    Optional<SnapshotId> scheduled() {
        return manifest.flatMap(Manifest::scheduled);
    }
}
