package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All blobs that a snapshot names. Its parts, databases and trees, have references, so no index and no content is read
 * to know them; {@link #named} is the other way, by the indexes, and {@link #requireAgreement} compares both. Blobs
 * that several parts share are visited several times.
 */
public final class SnapshotBlobs {
    private SnapshotBlobs() {}

    /**
     * A blob and what needs it.
     *
     * @param what for messages: {@code database site}, {@code tree media}
     */
    public record Part(String what, BlobRef blob) {}

    /**
     * A database or a tree, with its references.
     *
     * @param what for messages
     */
    public record Section(String what, StreamRef references) {
        public Section {
            Objects.requireNonNull(what, "what");
            Objects.requireNonNull(references, "references");
        }

        /** Visits the blobs of the references themselves, and then all that these name. */
        public void forEach(BlobSource source, Consumer<Part> visitor) {
            own(source, visitor);
            References.read(references, source).forEachRemaining(blob -> visitor.accept(new Part(what, blob)));
        }

        /** Visits the blobs that are needed to know those of the references themselves. */
        void listing(Consumer<Part> visitor) {
            references.listing().forEach(blob -> visitor.accept(new Part("the references of " + what, blob)));
        }

        /** Visits the blobs of the references themselves. */
        void own(BlobSource source, Consumer<Part> visitor) {
            visit("the references of " + what, references, source, visitor);
        }
    }

    /** Every part of the snapshot. */
    public static List<Section> sections(Manifest manifest) {
        List<Section> all = new ArrayList<>();
        manifest.databases().forEach(data -> all.add(new Section("database " + data.name(), data.references())));
        manifest.trees().forEach(tree -> all.add(new Section("tree " + tree.name(), tree.references())));
        return all;
    }

    /** @throws UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} when references cannot be read */
    public static void forEach(Manifest manifest, BlobSource source, Consumer<Part> visitor) {
        sections(manifest).forEach(part -> part.forEach(source, visitor));
    }

    /** Every blob once, with its stored size. */
    public static KnownBlobs of(Manifest manifest, BlobSource source) {
        KnownBlobs all = KnownBlobs.none();
        forEach(manifest, source, part -> all.add(part.blob()));
        return all;
    }

    /**
     * The blobs of a database as its lists name them, lists included.
     *
     * @throws UnderstudyException {@code MANIFEST_DAMAGED}, {@code BLOB_*} when a list cannot be read
     */
    static void named(DatabaseData database, BlobSource source, Consumer<Part> visitor) {
        if (database.kind() != DatabaseKind.POSTGRESQL) {
            visit("the dump", database.archive(), source, visitor);
            return;
        }
        visit("pg_dump's archive", database.archive(), source, visitor);
        visit("the list of tables", database.tables(), source, visitor);
        visit("the list of sequences", database.sequences(), source, visitor);
        try (Stream<TableData> tables = database.tables(source)) {
            for (TableData table : (Iterable<TableData>) tables::iterator) {
                String what = "table " + table.schema() + "." + table.name();
                visit(what, table.content().base(), source, visitor);
                for (TableDelta delta : table.content().deltas()) {
                    visit(what, delta.gone(), source, visitor);
                    visit(what, delta.came(), source, visitor);
                }
            }
        }
    }

    /**
     * The blobs of a tree as its index names them, those of the index included.
     *
     * @throws UnderstudyException what {@link TreeIndex#read} throws
     */
    static void named(TreeData tree, BlobSource source, Consumer<Part> visitor) {
        visit("the index of tree " + tree.name(), tree.index(), source, visitor);
        String what = "tree " + tree.name();
        try (Stream<IndexEntry> entries = TreeIndex.read(tree.index(), source)) {
            for (IndexEntry entry : (Iterable<IndexEntry>) entries::iterator) {
                if (entry.content().isPresent()) {
                    visit(what, entry.content().get(), source, visitor);
                }
            }
        }
    }

    /**
     * Compares the references of every part with what its index names.
     *
     * @throws UnderstudyException {@code MANIFEST_DAMAGED} when they differ, and when one of the two cannot be read
     */
    static void requireAgreement(Manifest manifest, BlobSource source) {
        for (DatabaseData database : manifest.databases()) {
            Agreement agreement = new Agreement("database " + database.name(), database.references(), source);
            named(database, source, agreement::needs);
            agreement.require();
        }
        for (TreeData tree : manifest.trees()) {
            Agreement agreement = new Agreement("tree " + tree.name(), tree.references(), source);
            named(tree, source, agreement::needs);
            agreement.require();
        }
    }

    private static void visit(String what, FileContent content, BlobSource source, Consumer<Part> visitor) {
        visit(what, content.stream(), source, visitor);
        content.packed().ifPresent(packed -> packed.packs().forEach(pack -> visitor.accept(new Part(what, pack))));
    }

    private static void visit(String what, StreamRef stream, BlobSource source, Consumer<Part> visitor) {
        stream.listing().forEach(blob -> visitor.accept(new Part(what, blob)));
        stream.blobs(source).forEachRemaining(blob -> visitor.accept(new Part(what, blob)));
    }

    /** Retention deletes what no references name, so a blob that only the index names would be lost. */
    static final class Agreement {
        private final String what;
        private final KnownBlobs referred = KnownBlobs.none();
        private final KnownBlobs needed = KnownBlobs.none();

        Agreement(String what, StreamRef references, BlobSource source) {
            this.what = what;
            References.read(references, source).forEachRemaining(blob -> referred.add(sized(blob)));
        }

        void needs(Part part) {
            BlobRef blob = part.blob();
            if (!needed.addNew(sized(blob))) {
                return;
            }
            if (referred.stored(blob.id()).orElse(-1) != blob.bytes()) {
                throw disagree("they lack blob " + blob.id() + " of " + blob.bytes() + " bytes, which " + part.what()
                        + " needs");
            }
        }

        void require() {
            if (referred.size() != needed.size()) {
                throw disagree("they name " + (referred.size() - needed.size()) + " blobs more");
            }
        }

        /** With the plain size in the place of the stored one. */
        private static BlobRef sized(BlobRef blob) {
            return new BlobRef(blob.id(), blob.bytes(), blob.bytes(), false);
        }

        private UnderstudyException disagree(String why) {
            return SnapshotBlobs.disagree(what, why);
        }
    }

    /** @param what a database or a tree, whose references are not those that its lists or its index need */
    static UnderstudyException disagree(String what, String why) {
        return new UnderstudyException(
                ErrorCode.MANIFEST_DAMAGED,
                "the references of " + what + " differ from its index: " + why,
                "take a new snapshot, and prune nothing until a verification passes; this is a defect of Understudy: please report it with the agent's log");
    }
}
