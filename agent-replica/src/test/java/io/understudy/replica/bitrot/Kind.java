package io.understudy.replica.bitrot;

import io.understudy.repository.DatabaseData;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every kind of object that the format has; {@code KindsTest} holds the list against the format's page and the types
 * that name objects.
 */
enum Kind {
    DESCRIPTION("understudy.json", snapshot -> "understudy.json"),
    MANIFEST("manifests/", SnapshotId::key),
    ARCHIVE(snapshot -> database(snapshot).archive()),
    ROWS(snapshot -> Manifests.rows(BitRotSite.manifest(snapshot), BitRotSite.blobs())),
    TABLES(snapshot -> database(snapshot).tables()),
    SEQUENCES(snapshot -> database(snapshot).sequences()),
    DATABASE_REFERENCES(snapshot -> database(snapshot).references()),
    INDEX(Kind::index),
    TREE_REFERENCES(snapshot -> BitRotSite.manifest(snapshot).trees().get(0).references()),
    PACK(snapshot -> content(snapshot, FileContent.Packed.class)),
    LARGE_FILE(snapshot -> content(snapshot, FileContent.Streamed.class)),
    EPOCH("epochs/", snapshot -> "epochs/%08d.json".formatted(snapshot.epoch())),
    REPORT("replicas/", snapshot -> "replicas/standby-" + (snapshot.sequence() + 1) + ".json"),
    RETENTION("retention.json", snapshot -> "retention.json");

    private final String place;
    private final Function<SnapshotId, String> key;
    private final Function<SnapshotId, BlobRef> blob;

    Kind(String place, Function<SnapshotId, String> key) {
        this.place = place;
        this.key = key;
        this.blob = snapshot -> {
            throw new IllegalStateException("no blob");
        };
    }

    Kind(Function<SnapshotId, StreamRef> stream) {
        this.place = "blobs/";
        this.blob = snapshot -> stream.apply(snapshot).direct().get(0);
        this.key = blob.andThen(found -> found.id().key());
    }

    /** The blob of this kind that a snapshot names first. */
    BlobRef blob(SnapshotId snapshot) {
        return blob.apply(snapshot);
    }

    /** The beginning of its keys, as the format's page has it. */
    String place() {
        return place;
    }

    /** The object of this kind that a snapshot needs. */
    String key(SnapshotId snapshot) {
        return key.apply(snapshot);
    }

    boolean isBlob() {
        return place.equals("blobs/");
    }

    /**
     * Whether an import depends on it: the others are read by who commits, promotes or prunes, and the identity by who
     * has no mirror.
     */
    boolean isImported() {
        return isBlob() || this == MANIFEST;
    }

    /** Whether a replica's mirror has it. */
    boolean isMirrored() {
        return isImported() || this == DESCRIPTION;
    }

    /** What every message about the object must hold: the last part of its key, which no other object has. */
    String named(SnapshotId snapshot) {
        String whole = key(snapshot);
        return whole.substring(whole.lastIndexOf('/') + 1).replaceAll("\\.(json|zst)$", "");
    }

    /** The codes with which its damage is reported. */
    String codes() {
        return switch (this) {
            case DESCRIPTION -> "repository_missing|repository_exists|format_unknown|wrong_site";
            case MANIFEST, EPOCH ->
                "manifest_damaged|manifest_unsigned|signer_unknown|signature_invalid|snapshot_unknown|object_missing";
            case ARCHIVE, ROWS, TABLES, SEQUENCES, DATABASE_REFERENCES, INDEX, TREE_REFERENCES, PACK, LARGE_FILE ->
                "blob_missing|blob_damaged";
            case REPORT, RETENTION -> "state_damaged";
        };
    }

    /**
     * What verify cannot know: reports and the note of retention come and go, and JSON that is not signed may say
     * something else. The repository's identity is a random number; who has a mirror or an epoch of it notices, as
     * {@code BitRotTest} shows.
     */
    boolean isUnnoticed(Damage damage) {
        return switch (this) {
            case REPORT, RETENTION -> damage == Damage.DELETED || damage == Damage.FLIPPED_MIDDLE;
            case DESCRIPTION -> damage == Damage.FLIPPED_MIDDLE;
            default -> false;
        };
    }

    private static DatabaseData database(SnapshotId snapshot) {
        return BitRotSite.manifest(snapshot).database();
    }

    private static StreamRef index(SnapshotId snapshot) {
        return BitRotSite.manifest(snapshot).trees().get(0).index();
    }

    private static StreamRef content(SnapshotId snapshot, Class<? extends FileContent> type) {
        try (Stream<IndexEntry> entries = TreeIndex.read(index(snapshot), BitRotSite.blobs())) {
            FileContent first = entries.flatMap(entry -> entry.content().stream())
                    .filter(type::isInstance)
                    .findFirst()
                    .orElseThrow();
            return first instanceof FileContent.Streamed streamed
                    ? streamed.stream()
                    : StreamRef.of(List.of(((FileContent.Packed) first).pack()));
        }
    }
}
