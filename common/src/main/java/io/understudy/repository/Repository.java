package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Understudy's data of one site inside one filestore, in format 2: its manifests here, the rest by {@link #blobs()},
 * {@link #epochs()} and {@link #reports()}. Thread-safe; does not own the filestore.
 *
 * <p>More than 300 lines, for it is the one door to what a repository holds.
 */
public final class Repository {
    /** The longest manifest, in bytes; most have a few thousand, and roles, grants and settings make one longer. */
    static final int LONGEST_MANIFEST = 4 << 20;

    /** The object that says which repository this is. */
    public static final String DESCRIPTION = Identity.KEY;

    /** The claim that {@code agent-primary init} makes, and that no agent deletes. */
    public static final String FIRST_CLAIM = Epochs.key(1);

    final Filestore filestore;
    final Identity identity;
    final TrustedKeys trusted;
    private final Clock clock;
    private final Encryption encryption;
    final Sealing sealing;
    private final Blobs blobs;
    private final Epochs epochs;
    private final ReplicaReports reports;
    private final PruneMarker prunings;
    private final boolean orphans;

    Repository(
            Filestore filestore,
            Identity identity,
            TrustedKeys trusted,
            Clock clock,
            Encryption encryption,
            Sealing sealing,
            boolean orphans) {
        this.orphans = orphans;
        this.encryption = encryption;
        this.filestore = filestore;
        this.identity = sealing.isOn() ? identity.encrypted() : identity;
        this.sealing = sealing;
        this.trusted = trusted;
        this.clock = clock;
        this.blobs = new Blobs(filestore, clock, sealing);
        this.epochs = new Epochs(filestore, identity.site(), identity.repository(), trusted);
        this.reports = new ReplicaReports(filestore);
        this.prunings = new PruneMarker(filestore);
    }

    /**
     * Makes the filestore a repository of this site with the given identity. Repeated with the same one it succeeds
     * again, so an attempt whose end is not known can be made once more.
     *
     * @throws UnderstudyException {@code REPOSITORY_EXISTS} when it is another one already, of whatever site
     */
    public static Repository create(Filestore filestore, UUID id, String site, TrustedKeys trusted, Clock clock) {
        return create(filestore, id, site, trusted, clock, Sealing.NONE);
    }

    /** As {@link #create(Filestore, UUID, String, TrustedKeys, Clock)}, encrypted with these keys. */
    public static Repository create(
            Filestore filestore, UUID id, String site, TrustedKeys trusted, Clock clock, Sealing sealing) {
        return RepositoryOpening.create(filestore, id, site, trusted, clock, sealing);
    }

    /** The same repository in another filestore, whatever that holds. */
    Repository in(Filestore other) {
        return new Repository(other, identity, trusted, clock, encryption, sealing, orphans);
    }

    /**
     * The same repository with its orphans in the place of its snapshots: what a server whose epoch is over saved of
     * what it never shipped. They lie under other names, so that no reader of snapshots finds one; their blobs are
     * those of the repository. A commit into it asks for no epoch, for it makes no snapshot.
     */
    public Repository orphans() {
        return orphans
                ? this
                : new Repository(new OrphanNames(filestore), identity, trusted, clock, encryption, sealing, true);
    }

    Repository encryptedBy(Sealing keys) {
        return new Repository(filestore, identity, trusted, clock, Encryption.NONE, keys, orphans);
    }

    /**
     * @param trusted keys whose manifests and claims are accepted
     * @throws UnderstudyException {@code REPOSITORY_MISSING}, {@code FORMAT_UNKNOWN}, {@code WRONG_SITE}
     */
    public static Repository open(Filestore filestore, String site, TrustedKeys trusted) {
        return open(filestore, site, trusted, Clock.systemUTC());
    }

    public static Repository open(Filestore filestore, String site, TrustedKeys trusted, Clock clock) {
        Identity identity = Identity.require(filestore, site);
        return new Repository(filestore, identity, trusted, clock, Encryption.NONE, Sealing.NONE, false);
    }

    /**
     * As {@link #open(Filestore, String, TrustedKeys, Clock)}, on a server that knows which repository it works with.
     * As nothing signs the identity in the filestore, it is not needed then: where a trusted key claimed an epoch of
     * the known repository, or made a snapshot of it, that is the one, whatever {@code understudy.json} holds. {@link
     * #identityJunk} says so.
     *
     * @param known the repository's id; empty: not known
     */
    public static Repository open(
            Filestore filestore, String site, TrustedKeys trusted, Clock clock, Optional<UUID> known) {
        return open(filestore, site, trusted, clock, known, Encryption.NONE);
    }

    /**
     * As {@link #open(Filestore, String, TrustedKeys, Clock, Optional)}, with the keys that this server has.
     *
     * @param encryption decides whether it is to be encrypted, whatever the filestore says
     * @throws UnderstudyException also {@code IDENTITY_MISSING}, {@code NOT_ENCRYPTED}, {@code KEY_*}
     */
    public static Repository open(
            Filestore filestore,
            String site,
            TrustedKeys trusted,
            Clock clock,
            Optional<UUID> known,
            Encryption encryption) {
        return RepositoryOpening.open(filestore, site, trusted, clock, known, encryption);
    }

    /** The same for all copies, another for every repository that was created. */
    public UUID id() {
        return identity.repository();
    }

    public String site() {
        return identity.site();
    }

    /** Why the object {@code understudy.json} says something else than this repository, or nothing; reads it. */
    public Optional<JunkObject> identityJunk() {
        return identity.fault(filestore).map(fault -> new JunkObject(Identity.KEY, fault));
    }

    /** Writes {@code understudy.json} again, as {@link #create} wrote it. */
    public void repairIdentity() {
        identity.write(filestore);
    }

    /**
     * Before anything is made that lasts and has this repository's id.
     *
     * @throws UnderstudyException when nothing that a trusted key signed shows that it is in the filestore: {@code
     *     WRONG_REPOSITORY}, {@code REPOSITORY_MISSING}, or why the newest snapshot there is none
     */
    public void requireConfirmed() {
        Confirmation.of(this).require();
    }

    /** One small request, as long as it takes. @throws UnderstudyException why the filestore does not answer */
    public void requireAnswer() {
        filestore.stat(DESCRIPTION);
    }

    /** The stores that each are to hold all of it; empty where it is in one. */
    public List<Copy> copies() {
        return filestore.copies();
    }

    /** In each filestore of several by itself; this one where it is in one. */
    public List<Repository> each() {
        return copies().isEmpty()
                ? List.of(this)
                : copies().stream().map(copy -> in(copy.store())).toList();
    }

    /** The same for work of several steps, see {@link Filestore#during}. */
    public Repository during(Filestore.Purpose purpose) {
        Filestore chosen = filestore.during(purpose);
        return chosen == filestore ? this : in(chosen);
    }

    /** The filestore's name, for messages. */
    public String name() {
        return filestore.name();
    }

    /** All snapshots in ascending order, by one listing. */
    public List<SnapshotId> list() {
        return ManifestNames.list(filestore, "");
    }

    /** All after this one, ascending, by one listing that does not grow with what is older. */
    public List<SnapshotId> newerThan(SnapshotId snapshot) {
        return ManifestNames.list(filestore, snapshot.key());
    }

    /** The newest snapshot; what merely has the name of a newer one is passed over. Reads its manifest. */
    public Optional<SnapshotId> newest() {
        return newest(list(), unused -> {});
    }

    /** @param listed ascending. @param junk receives what is passed over */
    public Optional<SnapshotId> newest(List<SnapshotId> listed, Consumer<JunkObject> junk) {
        return ManifestNames.newest(this, listed, junk);
    }

    /**
     * The id for the next snapshot of this epoch: the sequence goes on counting across epochs, from the highest one
     * that is signed, and past what only has the name of a snapshot.
     *
     * @throws UnderstudyException {@code MANIFEST_DAMAGED} when that is the last number there is
     */
    public SnapshotId nextId(int epoch) {
        return ManifestNames.next(this, epoch);
    }

    /** @throws UnderstudyException {@code SNAPSHOT_UNKNOWN}, and as {@link ManifestCodec#decode} */
    public Manifest read(SnapshotId snapshot) {
        return decode(snapshot, readStored(snapshot));
    }

    /**
     * What there is to know of a snapshot without its content: all that a server without an identity can read.
     *
     * @throws UnderstudyException as {@link #read}
     */
    public Outline outline(SnapshotId snapshot) {
        return reader(snapshot).outline(readStored(snapshot), trusted);
    }

    /**
     * Makes the snapshot exist; every blob that it names must be durable.
     *
     * <p>Fence and manifest are two objects, which no store changes together. So the fence is looked at before the
     * manifest is written and once more after: when a promotion came in between that a trusted key signed, the manifest
     * is withdrawn. With reads that see earlier writes each side has one promise. <em>The committer:</em> a commit that
     * returned was durable while no higher epoch was claimed, so a server that claimed later sees it. <em>The
     * claimer:</em> what a listing after its claim does not show is never acknowledged. A manifest that is withdrawn
     * may be seen for a moment, and one whose committer died in that moment stays; both harm nothing: they are complete
     * snapshots of the old epoch and sort before all of the new one. After {@code COMMIT_CONFLICT} nothing was written;
     * after {@code FENCED} the snapshot exists only where the message says so; after any other failure that is open.
     *
     * @throws UnderstudyException {@code FENCED}, {@code COMMIT_CONFLICT}
     */
    public void commit(Manifest manifest, SigningKey key) {
        if (orphans) {
            Commit.orphan(this, manifest, key);
        } else {
            new Commit(this).commit(manifest, key);
        }
    }

    /**
     * Why what lies under a snapshot's name is none: no trusted key signed it for that name and this repository, or it
     * cannot be read.
     *
     * @return empty where it is one
     */
    public Optional<JunkObject> junk(SnapshotId snapshot) {
        return JunkObject.in(snapshot.key(), () -> outline(snapshot));
    }

    /** Whether an object has this snapshot's name, by one question that reads nothing. */
    public boolean holds(SnapshotId snapshot) {
        return filestore.stat(snapshot.key()).isPresent();
    }

    /** Deletes the manifest, after which the snapshot does not exist; its blobs stay. Idempotent. */
    public void delete(SnapshotId snapshot) {
        filestore.delete(snapshot.key());
    }

    public boolean isEncrypted() {
        return sealing.isOn();
    }

    /** Takes over a key that was made since, to write with it. @throws UnderstudyException as {@link #open} */
    public void refreshKeys() {
        sealing.refresh();
    }

    /** @param key signs the manifests again */
    public Resealing resealing(SigningKey key) {
        return new Resealing(this, key);
    }

    /** As it is to be stored for the newest key; empty where it is that already. */
    Optional<byte[]> resealed(SnapshotId snapshot, SigningKey key) {
        return reader(snapshot).resealed(readStored(snapshot), trusted, key);
    }

    /**
     * The first line of a manifest as a plain repository has it.
     *
     * @throws UnderstudyException as {@link #read}
     */
    public byte[] plain(SnapshotId snapshot) {
        return reader(snapshot).line(readStored(snapshot), trusted);
    }

    /** What keeps its content from deletion; empty where nothing does. */
    public Optional<ContentLock> lock() {
        return filestore.lock();
    }

    public Blobs blobs() {
        return blobs;
    }

    public Epochs epochs() {
        return epochs;
    }

    public ReplicaReports reports() {
        return reports;
    }

    public PruneMarker pruneMarker() {
        return prunings;
    }

    /** A snapshot as it is stored, for who copies it. */
    SignedManifest readSigned(SnapshotId snapshot) {
        byte[] bytes = readStored(snapshot);
        if (!sealing.reads()) {
            return new SignedManifest(bytes, reader(snapshot).outline(bytes, trusted), Optional.empty());
        }
        Manifest manifest = decode(snapshot, bytes);
        return new SignedManifest(bytes, Outline.of(manifest), Optional.of(manifest));
    }

    /** @throws UnderstudyException as {@link ManifestCodec#decode} */
    Manifest decode(SnapshotId snapshot, byte[] stored) {
        return reader(snapshot).manifest(stored, trusted);
    }

    private ManifestReader reader(SnapshotId snapshot) {
        return new ManifestReader(snapshot, site(), id(), sealing, orphans);
    }

    /** As an object, signed, and sealed in an encrypted repository. */
    byte[] encode(Manifest manifest, SigningKey key) {
        return ManifestCodec.encode(manifest, id(), sealing, key);
    }

    /**
     * Puts the keys into a copy of the repository, so that each recipient opens that too. Only a server with an
     * identity sees whether a stranger wrote one, so no other replaces one that is there.
     */
    void copyKeys(Filestore copy) {
        if (sealing.isOn()) {
            Runnable genuine = () -> encryption.keys(filestore, id(), site(), trusted);
            KeyObject.copyAll(filestore, copy, sealing.reads(), genuine);
        }
    }

    void copyKeysTo(Repository copy) {
        copyKeys(copy.filestore);
    }

    boolean holdsNewestKey() {
        return !sealing.isOn() || filestore.stat(KeyObject.key(sealing.key())).isPresent();
    }

    /** The manifest's object as it is stored, unchecked. */
    byte[] readStored(SnapshotId snapshot) {
        return SmallObject.read(filestore, snapshot.key(), LONGEST_MANIFEST)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.SNAPSHOT_UNKNOWN,
                        "cannot read snapshot " + snapshot + ": it is not in " + filestore.name(),
                        "list shows those that exist"));
    }

    /** @return false when there is a manifest of this name already */
    boolean writeStored(SnapshotId snapshot, byte[] manifest) {
        return filestore.putIfAbsent(snapshot.key(), manifest);
    }

    /** Over what is there, for who repairs it. */
    void replaceStored(SnapshotId snapshot, byte[] manifest) {
        filestore.put(snapshot.key(), Content.of(manifest));
    }
}
