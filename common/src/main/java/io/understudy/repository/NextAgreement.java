package io.understudy.repository;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.ListDelta;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a copy holds all that the lists of a snapshot name, as far as these differ from those of one that it holds
 * whole. What only a list names, and no reference, was not copied.
 */
final class NextAgreement {
    private static final StreamRef NOTHING = StreamRef.of(List.of());

    private final Blobs copy;
    private final BlobSource source;
    private final KnownBlobs seen = KnownBlobs.none();

    NextAgreement(Blobs copy, BlobSource source) {
        this.copy = copy;
        this.source = source;
    }

    /** @throws UnderstudyException {@code MANIFEST_DAMAGED} when it does not, or a list cannot be read */
    void require(Manifest whole, Manifest next) {
        for (DatabaseData database : next.databases()) {
            require(
                    database,
                    whole.databases().stream()
                            .filter(each -> each.name().equals(database.name()))
                            .findFirst());
        }
        for (TreeData tree : next.trees()) {
            require(
                    tree,
                    whole.trees().stream()
                            .filter(each -> each.name().equals(tree.name()))
                            .findFirst());
        }
    }

    private void require(DatabaseData database, Optional<DatabaseData> before) {
        String what = "database " + database.name();
        require(what, database.archive(), before.map(DatabaseData::archive));
        if (database.kind() != DatabaseKind.POSTGRESQL) {
            return;
        }
        require(what, database.sequences(), before.map(DatabaseData::sequences));
        ListDelta delta =
                ListDelta.between(before.map(DatabaseData::tables).orElse(NOTHING), database.tables(), source);
        require(what, delta.after());
        Set<StreamRef> known = new HashSet<>();
        try (Stream<TableData> tables = DatabaseData.tables(delta.before(), source)) {
            tables.map(TableData::content).forEach(content -> streams(content).forEach(known::add));
        }
        try (Stream<TableData> tables = DatabaseData.tables(delta.after(), source)) {
            tables.flatMap(table -> streams(table.content()))
                    .filter(stream -> !known.contains(stream))
                    .forEach(stream -> require(what, stream));
        }
    }

    private static Stream<StreamRef> streams(TableContent content) {
        return Stream.concat(
                Stream.of(content.base()),
                content.deltas().stream().flatMap(delta -> Stream.of(delta.gone(), delta.came())));
    }

    private void require(TreeData tree, Optional<TreeData> before) {
        String what = "tree " + tree.name();
        ListDelta delta = ListDelta.between(before.map(TreeData::index).orElse(NOTHING), tree.index(), source);
        require(what, delta.after());
        Set<FileContent> known = new HashSet<>();
        try (Stream<IndexEntry> entries = TreeIndex.readSome(delta.before(), source)) {
            entries.flatMap(entry -> entry.content().stream()).forEach(known::add);
        }
        try (Stream<IndexEntry> entries = TreeIndex.readSome(delta.after(), source)) {
            entries.flatMap(entry -> entry.content().stream())
                    .filter(content -> !known.contains(content))
                    .forEach(content -> require(what, content));
        }
    }

    private void require(String what, FileContent content) {
        require(what, content.stream());
        content.packed().ifPresent(packed -> packed.packs().forEach(pack -> require(what, pack)));
    }

    private void require(String what, StreamRef stream, Optional<StreamRef> before) {
        if (!before.equals(Optional.of(stream))) {
            require(what, stream);
        }
    }

    private void require(String what, StreamRef stream) {
        stream.listing().forEach(blob -> require(what, blob));
        stream.blobs(source).forEachRemaining(blob -> require(what, blob));
    }

    private void require(String what, BlobRef blob) {
        if (seen.addNew(blob) && copy.stat(blob.id()).isEmpty()) {
            throw SnapshotBlobs.disagree(what, "they lack blob " + blob.id());
        }
    }
}
