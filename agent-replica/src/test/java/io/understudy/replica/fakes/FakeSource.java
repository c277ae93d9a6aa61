package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.ClosureData;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseKind;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.Epochs;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.MemoryBlobs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** A repository in memory whose snapshots have no content but their name. */
public final class FakeSource implements SnapshotSource {
    public static final Instant MOMENT = Instant.parse("2026-11-20T10:00:00Z");
    private static final StreamRef NOTHING = StreamRef.of(List.of());
    private static final StreamRef SOME =
            StreamRef.of(List.of(new BlobRef(new BlobId("ab".repeat(32)), 10, 10, false)));
    private final CrashPoints points;
    private final ConcurrentSkipListSet<SnapshotId> snapshots = new ConcurrentSkipListSet<>();
    private final Map<SnapshotId, Manifest> manifests = new HashMap<>();
    private final MemoryBlobs dumps = new MemoryBlobs();
    private final Map<SnapshotId, UnderstudyException> damaged = new HashMap<>();
    private final Set<SnapshotId> brokenOnce = new HashSet<>();
    private final List<SnapshotId> reported = new CopyOnWriteArrayList<>();
    private volatile Optional<UnderstudyException> down = Optional.empty();
    private volatile int claimed = 1;
    private final List<SnapshotId> reads = new CopyOnWriteArrayList<>();
    private final List<SnapshotId> aheads = new CopyOnWriteArrayList<>();
    private final Set<SnapshotId> mirrored = new HashSet<>();
    private volatile Optional<Instant> namesake = Optional.empty();
    private final Set<SnapshotId> counted = new HashSet<>();
    private int listings;
    private int epochReads;
    private int fetches;
    private boolean listsAreDamaged;

    FakeSource(CrashPoints points) {
        this.points = points;
    }

    public static SnapshotId id(int epoch, int sequence) {
        return new SnapshotId(epoch, sequence);
    }

    public SnapshotId commit(int epoch, int sequence) {
        SnapshotId snapshot = id(epoch, sequence);
        snapshots.add(snapshot);
        return snapshot;
    }

    /** A continuous one. @param scheduled the newest before it that is not; null: none */
    public SnapshotId continuous(int epoch, int sequence, SnapshotId scheduled) {
        SnapshotId snapshot = commit(epoch, sequence);
        Manifest plain = of(snapshot);
        manifests.put(
                snapshot,
                new Manifest(
                        plain.format(),
                        plain.site(),
                        snapshot,
                        List.of(Manifest.CONTINUOUS),
                        scheduled,
                        plain.moment(),
                        plain.walLsn(),
                        plain.server(),
                        plain.versions(),
                        plain.databases(),
                        plain.trees(),
                        plain.totals()));
        return snapshot;
    }

    /** So many rows are in its only table, so many entries in its tree; it lacks so many files that rows name. */
    public void numbers(SnapshotId snapshot, long rows, long files, long missing) {
        Manifest last = stored(snapshot);
        byte[] text = (rows + "\n").getBytes(StandardCharsets.UTF_8);
        TableContent content = new TableContent(StreamRef.of(List.of(dumps.put(text, 0, text.length))));
        TableData table =
                new TableData("public", "users", List.of("id"), List.of(), rows, text.length, null, null, content);
        DatabaseWriter lists = new DatabaseWriter(dumps, dumps);
        if (rows > 0) {
            lists.add(table);
        }
        DatabaseData plain = of(snapshot).database();
        DatabaseData database =
                lists.finish("site", plain.properties(), "", 0, NOTHING).data();
        manifests.put(
                snapshot,
                new Manifest(
                        last.format(),
                        last.site(),
                        snapshot,
                        last.periods(),
                        last.lastScheduled(),
                        last.moment(),
                        last.walLsn(),
                        last.server(),
                        last.versions(),
                        List.of(database),
                        List.of(new TreeData("media", TreeKind.FILES, files, files * 1000, NOTHING, NOTHING)),
                        new Manifest.Totals(1, rows, rows * 10, files, files * 1000, 0, 0),
                        null,
                        List.of(),
                        List.of(new ClosureData(
                                "media", "select path from medium", files, missing, List.of("a.jpg"), null))));
        counted.add(snapshot);
    }

    /** The last one before its server stopped. */
    public SnapshotId shutdown(int epoch, int sequence, boolean siteStopped) {
        return last(epoch, sequence, new Manifest.Last(siteStopped));
    }

    /** The final one of a switchover. */
    public SnapshotId finalFor(int epoch, int sequence, String standby) {
        return last(epoch, sequence, new Manifest.Last(true, standby));
    }

    private SnapshotId last(int epoch, int sequence, Manifest.Last last) {
        SnapshotId snapshot = commit(epoch, sequence);
        Manifest plain = of(snapshot);
        manifests.put(
                snapshot,
                new Manifest(
                        plain.format(),
                        plain.site(),
                        snapshot,
                        List.of("shutdown"),
                        null,
                        plain.moment(),
                        plain.walLsn(),
                        plain.server(),
                        plain.versions(),
                        plain.databases(),
                        plain.trees(),
                        plain.totals(),
                        last,
                        List.of()));
        return snapshot;
    }

    public void claimed(int epoch) {
        claimed = epoch;
    }

    public void damage(SnapshotId snapshot, ErrorCode code) {
        damaged.put(snapshot, new UnderstudyException(code, "cannot fetch " + snapshot + ": damaged", "verify"));
    }

    /** The object was removed, and what is genuine was written under its name. */
    public void mend(SnapshotId snapshot) {
        damaged.remove(snapshot);
    }

    /** The next read of its manifest is broken on the way. */
    public void breakOnce(SnapshotId snapshot) {
        brokenOnce.add(snapshot);
    }

    public void goDown() {
        down = Optional.of(new UnderstudyException(
                ErrorCode.FILESTORE_UNREACHABLE, "cannot list: connection refused", "start it"));
    }

    public void comeBack() {
        down = Optional.empty();
    }

    public int listings() {
        return listings;
    }

    /** The names of manifests that were asked for, in order. */
    public List<SnapshotId> reads() {
        return List.copyOf(reads);
    }

    public int epochReads() {
        return epochReads;
    }

    public int fetches() {
        return fetches;
    }

    public List<SnapshotId> reported() {
        return List.copyOf(reported);
    }

    @Override
    public List<SnapshotId> list() {
        listings++;
        refuseWhenDown();
        return List.copyOf(snapshots);
    }

    @Override
    public List<SnapshotId> newerThan(SnapshotId snapshot) {
        listings++;
        refuseWhenDown();
        return List.copyOf(snapshots.tailSet(snapshot, false));
    }

    @Override
    public Optional<Instant> namesake() {
        return namesake;
    }

    public void namesake(Optional<Instant> when) {
        namesake = when;
    }

    @Override
    public Optional<JunkObject> identityJunk() {
        return Optional.empty();
    }

    @Override
    public Epochs.Above claimedAbove(int epoch) {
        epochReads++;
        refuseWhenDown();
        return new Epochs.Above(Math.max(epoch, claimed), List.of());
    }

    @Override
    public boolean isStillNewest(SnapshotId snapshot) {
        refuseWhenDown();
        return snapshots.contains(snapshot) && claimed <= snapshot.epoch();
    }

    /** It is no longer there. */
    public void remove(SnapshotId snapshot) {
        snapshots.remove(snapshot);
    }

    @Override
    public Manifest manifest(SnapshotId snapshot) {
        reads.add(snapshot);
        refuseWhenDown();
        if (!snapshots.contains(snapshot)) {
            throw new UnderstudyException(ErrorCode.SNAPSHOT_UNKNOWN, "cannot read " + snapshot, "see list");
        }
        if (brokenOnce.remove(snapshot)) {
            throw new UnderstudyException(ErrorCode.MANIFEST_DAMAGED, "cannot read " + snapshot + ": cut", "again");
        }
        Optional.ofNullable(damaged.get(snapshot))
                .filter(failure -> !failure.code().isOfBlob())
                .ifPresent(failure -> {
                    throw failure;
                });
        return stored(snapshot);
    }

    private Manifest stored(SnapshotId snapshot) {
        return manifests.getOrDefault(snapshot, of(snapshot));
    }

    /** This moment is that of its data; the rest of its manifest stays. */
    public void momentOf(SnapshotId snapshot, Instant moment) {
        Manifest last = stored(snapshot);
        manifests.put(
                snapshot,
                new Manifest(
                        last.format(),
                        last.site(),
                        snapshot,
                        last.periods(),
                        last.lastScheduled(),
                        moment,
                        last.walLsn(),
                        last.server(),
                        last.versions(),
                        last.databases(),
                        last.trees(),
                        last.totals()));
    }

    /** A file of its tree is another one than that of the snapshots before. */
    public void changeTree(SnapshotId snapshot) {
        Manifest last = stored(snapshot);
        manifests.put(
                snapshot,
                new Manifest(
                        last.format(),
                        last.site(),
                        snapshot,
                        last.periods(),
                        last.lastScheduled(),
                        last.moment(),
                        last.walLsn(),
                        last.server(),
                        last.versions(),
                        last.databases(),
                        List.of(new TreeData("media", TreeKind.FILES, snapshot.sequence(), 0, NOTHING, NOTHING)),
                        last.totals()));
    }

    /** It holds a database too that a command wrote: one text. */
    public void other(SnapshotId snapshot, String name, String text) {
        Manifest last = stored(snapshot);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StreamRef dump = StreamRef.of(List.of(dumps.put(bytes, 0, bytes.length)));
        List<DatabaseData> databases = new ArrayList<>(last.databases());
        databases.add(DatabaseData.ofCommand(name, dump, NOTHING, new DatabaseData.Dump(last.moment(), "command")));
        manifests.put(
                snapshot,
                new Manifest(
                        last.format(),
                        last.site(),
                        snapshot,
                        last.periods(),
                        last.lastScheduled(),
                        last.moment(),
                        last.walLsn(),
                        last.server(),
                        last.versions(),
                        databases,
                        last.trees(),
                        last.totals()));
    }

    /** This moment is that of its data. */
    public void moment(SnapshotId snapshot, Instant moment) {
        manifests.put(snapshot, of(snapshot, NOTHING, moment));
    }

    @Override
    public Fetched fetch(SnapshotId snapshot, Optional<Following> now, Progress progress) {
        points.point("hold");
        if (mirrored.contains(snapshot)) {
            return new Fetched(stored(snapshot), 0);
        }
        fetches++;
        refuseWhenDown();
        if (!snapshots.contains(snapshot)) {
            throw new UnderstudyException(ErrorCode.SNAPSHOT_UNKNOWN, "cannot read " + snapshot, "see list");
        }
        Optional.ofNullable(damaged.get(snapshot)).ifPresent(failure -> {
            throw failure;
        });
        points.point("fetch");
        mirrored.add(snapshot);
        return new Fetched(stored(snapshot), 1000);
    }

    @Override
    public Optional<Manifest> held(SnapshotId snapshot) {
        Manifest stored = stored(snapshot);
        if (mirrored.contains(snapshot)
                && (counted.contains(snapshot) || !stored.others().isEmpty() || stored.last() != null)) {
            return Optional.of(stored(snapshot));
        }
        return mirrored.contains(snapshot)
                ? Optional.of(of(
                        snapshot,
                        listsAreDamaged ? SOME : NOTHING,
                        stored(snapshot).moment()))
                : Optional.empty();
    }

    /** The blobs of the mirror that list tables can't be read. */
    public void damageLists() {
        listsAreDamaged = true;
    }

    /** The mirror's folder is removed. */
    public void emptyMirror() {
        mirrored.clear();
    }

    /** Retention deletes it in the filestore. */
    public void forget(SnapshotId snapshot) {
        snapshots.remove(snapshot);
    }

    private void refuseWhenDown() {
        down.ifPresent(failure -> {
            throw failure;
        });
    }

    /** Of a snapshot that {@link #moment} did not change. */
    public static Manifest of(SnapshotId snapshot) {
        return of(snapshot, NOTHING, MOMENT.plusSeconds(snapshot.sequence()));
    }

    private static Manifest of(SnapshotId snapshot, StreamRef tables, Instant moment) {
        DatabaseProperties properties = new DatabaseProperties(
                "UTF8", "C", "C", "libc", null, null, null, "site", -1, null, List.of(), null, List.of(), List.of());
        return new Manifest(
                Manifest.FORMAT,
                "site",
                snapshot,
                List.of("manual"),
                moment,
                "0/0",
                "a",
                new Manifest.Versions("0.1.0", 150000, "pg_dump 15"),
                List.of(new DatabaseData(
                        "site", DatabaseKind.POSTGRESQL, properties, "", 0, NOTHING, tables, NOTHING, NOTHING)),
                List.of(new TreeData("media", TreeKind.FILES, 0, 0, NOTHING, NOTHING)),
                new Manifest.Totals(0, 0, 0, 0, 0, 0, 0));
    }

    @Override
    public BlobSource blobs() {
        return blob -> {
            if (listsAreDamaged) {
                throw new UnderstudyException(
                        ErrorCode.BLOB_DAMAGED, "cannot read blob " + blob.id() + ": it is truncated", "verify");
            }
            return dumps.open(blob);
        };
    }

    @Override
    public void ahead(Following now, SnapshotId loaded) {
        aheads.add(loaded);
    }

    /** What was said to be loaded ahead. */
    public List<SnapshotId> aheads() {
        return List.copyOf(aheads);
    }

    @Override
    public void settled(Following now) {
        reported.add(now.current().snapshot().orElseThrow());
    }
}
