package io.understudy.replica.round;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.Epochs;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One look at the repository: which of the objects that are named as snapshots are some, what is the newest, which
 * epoch is claimed, and what is wrong with it. Names prove nothing, so it reads the manifests and claims that are newer
 * than what is live, and no others. Not thread-safe.
 */
public final class RepositoryLook {
    private final SnapshotSource source;
    private final Optional<SnapshotId> live;
    private final Optional<Instant> moment;
    private final List<SnapshotId> listed;
    private final Optional<SnapshotId> newest;
    private final Epochs.Above claims;
    private final Optional<JunkObject> identity;
    private final Map<SnapshotId, Optional<JunkObject>> judged = new TreeMap<>();
    private final Map<SnapshotId, Manifest> manifests = new TreeMap<>();
    private final Optional<Ahead> ahead;

    private RepositoryLook(SnapshotSource source, ReplicaRecord record) {
        this.source = source;
        this.live = record.live().flatMap(DatabaseVersion::snapshot);
        this.moment = record.live().flatMap(DatabaseVersion::moment);
        this.ahead = record.ahead();
        this.listed = list();
        this.newest = findNewest();
        this.claims = source.claimedAbove(newest.map(SnapshotId::epoch).orElse(0));
        this.identity = source.identityJunk();
    }

    /** @param record what is live and ahead here */
    public static RepositoryLook at(SnapshotSource source, ReplicaRecord record) {
        return new RepositoryLook(source, record);
    }

    /** A listing that does not grow with what is older than the live one, as long as that is there. */
    private List<SnapshotId> list() {
        List<SnapshotId> from = live.filter(id -> id.sequence() > 1)
                .map(id -> source.newerThan(new SnapshotId(id.epoch(), id.sequence() - 1)))
                .orElse(List.of());
        boolean there = live.filter(from::contains).isPresent();
        return there ? from : source.list();
    }

    private Optional<SnapshotId> findNewest() {
        for (int i = listed.size() - 1; i >= 0; i--) {
            if (junk(listed.get(i)).isEmpty()) {
                return Optional.of(listed.get(i));
            }
        }
        JunkObject.requireReadable(
                judged.values().stream().flatMap(Optional::stream).toList());
        return Optional.empty();
    }

    /** Names of snapshots, ascending, junk among them: all, or those from the live one on. */
    List<SnapshotId> listed() {
        return listed;
    }

    /** The newest snapshot; empty where there is none. */
    public Optional<SnapshotId> newest() {
        return newest;
    }

    /** The highest epoch that a trusted key claimed; 0 where none is known. */
    public int epoch() {
        return claims.highest();
    }

    public Optional<AwaitedEpoch> waits() {
        return AwaitedEpoch.of(newest, epoch());
    }

    /** The manifest, where this may be imported without being asked for by name; not asked of what is live. */
    Optional<Manifest> believable(SnapshotId snapshot) {
        return junk(snapshot).isEmpty() ? Optional.ofNullable(manifests.get(snapshot)) : Optional.empty();
    }

    private Optional<JunkObject> junk(SnapshotId snapshot) {
        return judged.computeIfAbsent(snapshot, this::judge);
    }

    /** What is live was judged when it was imported. */
    private Optional<JunkObject> judge(SnapshotId snapshot) {
        if (live.equals(Optional.of(snapshot))) {
            return Optional.empty();
        }
        try {
            Manifest manifest = source.manifest(snapshot);
            if (live.filter(id -> id.compareTo(snapshot) < 0).isPresent()) {
                requireNotOlder(manifest, moment);
            }
            if (ahead.filter(there -> there.snapshot().compareTo(snapshot) < 0).isPresent()) {
                requireNotOlder(manifest, ahead.map(Ahead::moment));
            }
            manifests.put(snapshot, manifest);
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e)) {
                throw e;
            }
            return Optional.of(new JunkObject(snapshot.key(), e));
        }
    }

    /**
     * Numbers go up with time. Data that is older than what is live, under a higher number, was taken on a server whose
     * clock is wrong, or is played back.
     *
     * @param here moment of the data that is live, or ahead
     * @throws UnderstudyException {@code SNAPSHOT_OLDER}
     */
    static void requireNotOlder(Manifest manifest, Optional<Instant> here) {
        if (here.filter(then -> manifest.moment().isBefore(then)).isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.SNAPSHOT_OLDER,
                    "cannot import " + manifest.snapshot() + ": its data is of " + Moments.text(manifest.moment())
                            + ", older than what is here, of " + Moments.text(here.get()),
                    "compare the clocks of the servers; to import it all the same: agent-replica restore "
                            + manifest.snapshot());
        }
    }

    /** What is wrong with the repository: it is older than this server, or holds junk. */
    public List<UnderstudyException> findings() {
        List<UnderstudyException> found = new ArrayList<>();
        older(newest, live).ifPresent(found::add);
        Stream<JunkObject> manifests = judged.values().stream().flatMap(Optional::stream);
        Stream.of(identity.stream(), manifests, claims.junk().stream())
                .flatMap(each -> each)
                .filter(each -> each.why().code() != ErrorCode.SNAPSHOT_UNKNOWN)
                .map(JunkObject::toException)
                .forEach(found::add);
        return found;
    }

    /**
     * @param newest in the repository
     * @param live on this server
     * @return {@code REPOSITORY_OLDER} where the repository lacks what is live and has nothing newer
     */
    public static Optional<UnderstudyException> older(Optional<SnapshotId> newest, Optional<SnapshotId> live) {
        return live.filter(id -> newest.map(each -> each.compareTo(id) < 0).orElse(true))
                .map(id -> new UnderstudyException(
                        ErrorCode.REPOSITORY_OLDER,
                        "the repository is older than this server: " + id + " is live here, the newest there is "
                                + newest.map(SnapshotId::toString).orElse("none"),
                        "find out who put the filestore back, or deleted snapshots there; this server keeps what it has"
                                + " until a newer snapshot is taken"));
    }
}
