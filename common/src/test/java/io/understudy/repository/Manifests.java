package io.understudy.repository;

import io.understudy.files.TreeKind;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest.Totals;
import io.understudy.repository.Manifest.Versions;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Manifests for tests. */
public final class Manifests {
    public static final String SITE = "example";
    public static final UUID REPOSITORY = new UUID(7, 7);

    private Manifests() {}

    public static SnapshotId id(int epoch, int sequence) {
        return new SnapshotId(epoch, sequence);
    }

    /** A small manifest that passes every check; its blobs need not exist. */
    public static Manifest sample(SnapshotId snapshot) {
        return sample(snapshot, StreamRef.of(List.of(new BlobRef(new BlobId("ab".repeat(32)), 10, 20, false))));
    }

    /** @param all its streams; what the stream holds need not fit */
    public static Manifest sample(SnapshotId snapshot, StreamRef all) {
        DatabaseData data = new DatabaseData(
                "site", DatabaseKind.POSTGRESQL, properties(), "cd".repeat(32), 8 << 20, all, all, all, all);
        return of(snapshot, data, new TreeData("media", TreeKind.FILES, 1, 5, all, all));
    }

    /** One of a single table and a tree. */
    public static Manifest of(SnapshotId snapshot, StreamRef archive, StreamRef rows, TreeData tree, BlobSink sink) {
        return of(snapshot, database(archive, rows, snapshot.sequence(), sink), tree);
    }

    public static Manifest of(SnapshotId snapshot, DatabaseData data, TreeData tree) {
        return new Manifest(
                Manifest.FORMAT,
                SITE,
                snapshot,
                List.of("manual"),
                Instant.parse("2026-11-20T10:11:12.131415Z"),
                "0/1A2B3C",
                "a.example.net",
                new Versions("0.1.0", 150019, "pg_dump (PostgreSQL) 15.19"),
                List.of(data),
                List.of(tree),
                new Totals(1, 1, 20, 1, 5, 60, 60));
    }

    /** A database of one table and one sequence. */
    public static DatabaseData database(StreamRef archive, StreamRef rows, long value, BlobSink sink) {
        DatabaseWriter lists = new DatabaseWriter(sink);
        lists.add(new TableData(
                "public",
                "person",
                List.of("id", "name"),
                List.of("id"),
                1,
                rows.bytes(),
                null,
                null,
                new TableContent(rows)));
        lists.add(new SequenceData("public", "person_id_seq", value, true));
        return lists.finish("site", properties(), "cd".repeat(32), 8 << 20, archive)
                .data();
    }

    /** The rows of the first table, with all blobs. */
    public static StreamRef rows(Manifest manifest, BlobSource source) {
        try (Stream<TableData> tables = manifest.database().tables(source)) {
            return tables.findFirst().orElseThrow().content().base().whole(source);
        }
    }

    public static Manifest with(Manifest manifest, List<TreeData> trees) {
        return with(manifest, manifest.site(), trees);
    }

    /** The same of another site. */
    public static Manifest ofSite(String site, Manifest manifest) {
        return with(manifest, site, manifest.trees());
    }

    private static Manifest with(Manifest manifest, String site, List<TreeData> trees) {
        return new Manifest(
                manifest.format(),
                site,
                manifest.snapshot(),
                manifest.periods(),
                manifest.moment(),
                manifest.walLsn(),
                manifest.server(),
                manifest.versions(),
                manifest.databases(),
                trees,
                manifest.totals());
    }

    /** The same as an orphan. */
    public static Manifest orphan(Manifest manifest) {
        return new Manifest(
                manifest.format(),
                manifest.site(),
                manifest.snapshot(),
                List.of(Manifest.ORPHAN),
                manifest.moment(),
                manifest.walLsn(),
                manifest.server(),
                manifest.versions(),
                manifest.databases(),
                manifest.trees(),
                manifest.totals());
    }

    /** An orphan of a server that held no epoch for what it served. @param began the snapshot with which it began */
    public static Manifest orphan(Manifest manifest, SnapshotId began) {
        return new Manifest(
                manifest.format(),
                manifest.site(),
                manifest.snapshot(),
                List.of(Manifest.ORPHAN),
                null,
                manifest.moment(),
                manifest.walLsn(),
                manifest.server(),
                manifest.versions(),
                manifest.databases(),
                manifest.trees(),
                manifest.totals(),
                null,
                List.of(),
                List.of(),
                began);
    }

    /** The same as a server's last one, or with parts of older snapshots. */
    public static Manifest with(Manifest manifest, Manifest.Last last, List<Manifest.Carried> carried) {
        return new Manifest(
                manifest.format(),
                manifest.site(),
                manifest.snapshot(),
                manifest.periods(),
                manifest.lastScheduled(),
                manifest.moment(),
                manifest.walLsn(),
                manifest.server(),
                manifest.versions(),
                manifest.databases(),
                manifest.trees(),
                manifest.totals(),
                last,
                carried);
    }

    /** The same as a continuous one. @param scheduled the newest before it that is not; null: none */
    public static Manifest continuous(Manifest manifest, SnapshotId scheduled) {
        return new Manifest(
                manifest.format(),
                manifest.site(),
                manifest.snapshot(),
                List.of(Manifest.CONTINUOUS),
                scheduled,
                manifest.moment(),
                manifest.walLsn(),
                manifest.server(),
                manifest.versions(),
                manifest.databases(),
                manifest.trees(),
                manifest.totals());
    }

    public static DatabaseProperties properties() {
        return new DatabaseProperties(
                "UTF8",
                "C.UTF-8",
                "C.UTF-8",
                "libc",
                null,
                null,
                null,
                "site",
                -1,
                null,
                List.of(new DatabaseProperties.Setting(null, "search_path", "public")),
                null,
                List.of(new DatabaseProperties.Extension("plpgsql", "1.0", "pg_catalog")),
                List.of("site"));
    }
}
