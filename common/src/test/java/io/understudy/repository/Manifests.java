package io.understudy.repository;

import io.understudy.files.TreeKind;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest.Totals;
import io.understudy.repository.Manifest.Versions;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import java.time.Instant;
import java.util.List;

/** Manifests for tests. */
public final class Manifests {
    public static final String SITE = "example";

    private Manifests() {}

    public static SnapshotId id(int epoch, int sequence) {
        return new SnapshotId(epoch, sequence);
    }

    /** A small manifest that passes every check; its blobs need not exist. */
    public static Manifest sample(SnapshotId snapshot) {
        StreamRef stream = StreamRef.of(List.of(new BlobRef(new BlobId("ab".repeat(32)), 10, 20, false)));
        return of(snapshot, stream, stream, stream);
    }

    public static Manifest of(SnapshotId snapshot, StreamRef archive, StreamRef rows, StreamRef index) {
        return new Manifest(
                Manifest.FORMAT,
                SITE,
                snapshot,
                List.of("manual"),
                Instant.parse("2026-11-20T10:11:12.131415Z"),
                "0/1A2B3C",
                "a.example.net",
                new Versions("0.1.0", 150019, "pg_dump (PostgreSQL) 15.19"),
                database(archive, rows),
                List.of(new TreeData("media", TreeKind.FILES, 1, 5, index)),
                new Totals(1, archive.bytes() + rows.bytes(), 1, 5, 60, 60));
    }

    static DatabaseData database(StreamRef archive, StreamRef rows) {
        return new DatabaseData(
                "site",
                properties(),
                archive,
                "cd".repeat(32),
                List.of(new TableData(
                        "public",
                        "person",
                        List.of("id", "name"),
                        List.of("id"),
                        1,
                        rows.bytes(),
                        new TableContent(rows))));
    }

    private static DatabaseProperties properties() {
        return new DatabaseProperties(
                "UTF8",
                "C.UTF-8",
                "C.UTF-8",
                "libc",
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
