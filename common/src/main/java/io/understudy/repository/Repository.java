package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.io.IOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Understudy's data of one site inside one filestore, in format 2: its manifests here, the rest by {@link #blobs()},
 * {@link #epochs()} and {@link #reports()}. Thread-safe; does not own the filestore.
 */
public final class Repository {
    /**
     * The longest manifest, in bytes; most have a few thousand, and what makes one longer are roles, grants and
     * settings.
     */
    static final int LONGEST_MANIFEST = 4 << 20;

    /** The object that says which repository this is. */
    public static final String DESCRIPTION = "understudy.json";

    private static final int LONGEST_DESCRIPTION = 64 << 10;
    private static final String MANIFESTS = "manifests/";
    private static final int MOST_MANIFESTS = 200_000;
    private static final Pattern MANIFEST_KEY = Pattern.compile("manifests/((?!0{8})\\d{8}-(?!0{8})\\d{8})\\.json");

    private final Filestore filestore;
    private final Description description;
    private final TrustedKeys trusted;
    private final Clock clock;
    private final Blobs blobs;
    private final Epochs epochs;
    private final ReplicaReports reports;
    private final PruneMarker prunings;

    private Repository(Filestore filestore, Description description, TrustedKeys trusted, Clock clock) {
        this.filestore = filestore;
        this.description = description;
        this.trusted = trusted;
        this.clock = clock;
        this.blobs = new Blobs(filestore, clock);
        this.epochs = new Epochs(filestore, description.site(), description.repository(), trusted);
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
        Description wanted = new Description(Manifest.FORMAT, id, site);
        if (!filestore.putIfAbsent(DESCRIPTION, RepositoryJson.line(wanted))) {
            Optional<Description> there = description(filestore);
            if (!there.equals(Optional.of(wanted))) {
                throw new UnderstudyException(
                        ErrorCode.REPOSITORY_EXISTS,
                        "cannot create a repository in " + filestore.name() + ": there is one already"
                                + there.map(found -> ", of site \"" + found.site() + "\"")
                                        .orElse(""),
                        "use it as it is, or set filestore.url to an empty place");
            }
        }
        return new Repository(filestore, wanted, trusted, clock);
    }

    /**
     * Opens a copy of another repository, or makes the filestore one: it has the original's identity, and trusts whom
     * the original trusts.
     *
     * @throws UnderstudyException {@code REPOSITORY_EXISTS} when the filestore holds another repository
     */
    public static Repository openCopy(Filestore filestore, Repository original) {
        if (!filestore.putIfAbsent(DESCRIPTION, RepositoryJson.line(original.description))) {
            Description found = description(filestore).orElse(original.description);
            if (!found.equals(original.description)) {
                throw new UnderstudyException(
                        ErrorCode.REPOSITORY_EXISTS,
                        "cannot use " + filestore.name() + " as a copy of " + original.name()
                                + ": by " + DESCRIPTION + " it holds another repository, " + found.repository()
                                + " of site \"" + found.site()
                                + "\"",
                        "if the site's repository was created again, remove the old copy and start again");
            }
        }
        return new Repository(filestore, original.description, original.trusted, original.clock);
    }

    /**
     * @param trusted keys whose manifests and claims are accepted
     * @throws UnderstudyException {@code REPOSITORY_MISSING}, {@code FORMAT_UNKNOWN}, {@code WRONG_SITE}
     */
    public static Repository open(Filestore filestore, String site, TrustedKeys trusted) {
        return open(filestore, site, trusted, Clock.systemUTC());
    }

    public static Repository open(Filestore filestore, String site, TrustedKeys trusted, Clock clock) {
        Description found = description(filestore)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.REPOSITORY_MISSING,
                        "cannot open the repository in " + filestore.name() + ": there is none (no " + DESCRIPTION
                                + ")",
                        "correct filestore.url, or create the repository with agent-primary init"));
        ManifestCodec.requireSite(DESCRIPTION + " in " + filestore.name(), found.site(), site);
        return new Repository(filestore, found, trusted, clock);
    }

    /** The same for all copies of a repository, another for every repository that was created. */
    public UUID id() {
        return description.repository();
    }

    public String site() {
        return description.site();
    }

    /** The filestore's name, for messages. */
    public String name() {
        return filestore.name();
    }

    /** All snapshots in ascending order, by one listing. */
    public List<SnapshotId> list() {
        return snapshots("");
    }

    /** All snapshots after this one in ascending order, by one listing that does not grow with what is older. */
    public List<SnapshotId> newerThan(SnapshotId snapshot) {
        return snapshots(snapshot.key());
    }

    /** The newest snapshot; what merely has the name of a newer one is passed over. Reads its manifest. */
    public Optional<SnapshotId> newest() {
        return newest(list(), unused -> {});
    }

    /**
     * @param listed ascending
     * @param junk receives what is passed over
     */
    public Optional<SnapshotId> newest(List<SnapshotId> listed, Consumer<JunkObject> junk) {
        for (int i = listed.size() - 1; i >= 0; i--) {
            Optional<JunkObject> found = junk(listed.get(i));
            if (found.isEmpty()) {
                return Optional.of(listed.get(i));
            }
            // One that was deleted since the listing is not there, and no junk.
            found.filter(each -> each.why().code() != ErrorCode.SNAPSHOT_UNKNOWN)
                    .ifPresent(junk);
        }
        return Optional.empty();
    }

    /**
     * The id for the next snapshot of this epoch: the sequence goes on counting across epochs, from the highest one
     * that an agent can have given.
     *
     * @throws UnderstudyException {@code MANIFEST_DAMAGED} when that is the last number there is
     */
    public SnapshotId nextId(int epoch) {
        List<SnapshotId> all = list().stream()
                .sorted(Comparator.comparingInt(SnapshotId::sequence))
                .toList();
        int highest = GivenNumbers.highest(
                base(all), GivenNumbers.OF_SEQUENCES, all.stream().mapToInt(SnapshotId::sequence));
        if (highest == SnapshotId.HIGHEST) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot number the next snapshot: there is one with the highest possible number in "
                            + filestore.name(),
                    "find out who wrote that object, and remove it: no agent reaches that number");
        }
        return new SnapshotId(epoch, highest + 1);
    }

    /** @throws UnderstudyException {@code SNAPSHOT_UNKNOWN}, and as {@link ManifestCodec#decode} */
    public Manifest read(SnapshotId snapshot) {
        return readSigned(snapshot).manifest();
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
        new Commit(this).commit(manifest, key);
    }

    /** A sequence that was given for sure: where retention deleted all low ones, the lowest that is signed. */
    private int base(List<SnapshotId> bySequence) {
        if (bySequence.isEmpty() || bySequence.get(0).sequence() <= GivenNumbers.OF_SEQUENCES) {
            return 0;
        }
        return bySequence.stream()
                .filter(each -> junk(each).isEmpty())
                .findFirst()
                .map(SnapshotId::sequence)
                .orElse(0);
    }

    /**
     * Why what lies under a snapshot's name is none: no trusted key signed it for that name and this repository, or it
     * cannot be read.
     *
     * @return empty where it is one
     */
    public Optional<JunkObject> junk(SnapshotId snapshot) {
        try {
            read(snapshot);
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (!e.code().judgesContent()) {
                throw e;
            }
            return Optional.of(new JunkObject(snapshot.key(), e));
        }
    }

    /** Deletes the manifest, after which the snapshot does not exist; its blobs stay. Idempotent. */
    public void delete(SnapshotId snapshot) {
        filestore.delete(snapshot.key());
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

    /** A manifest with its object as it is stored, for who copies it. */
    record Signed(byte[] bytes, Manifest manifest) {}

    Signed readSigned(SnapshotId snapshot) {
        byte[] bytes = readStored(snapshot);
        return new Signed(bytes, decode(snapshot, bytes));
    }

    /** @throws UnderstudyException as {@link ManifestCodec#decode} */
    Manifest decode(SnapshotId snapshot, byte[] stored) {
        return ManifestCodec.decode(stored, snapshot, site(), id(), trusted);
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

    private List<SnapshotId> snapshots(String after) {
        return SmallObject.list(filestore, MANIFESTS, after, MOST_MANIFESTS).stream()
                .map(info -> MANIFEST_KEY.matcher(info.key()))
                .filter(Matcher::matches)
                .map(matcher -> SnapshotId.parse(matcher.group(1)))
                .toList();
    }

    private static Optional<Description> description(Filestore filestore) {
        return SmallObject.read(filestore, DESCRIPTION, LONGEST_DESCRIPTION).map(bytes -> {
            String what = DESCRIPTION + " in " + filestore.name();
            try {
                ManifestCodec.requireFormat(what, RepositoryJson.format(bytes, 0, bytes.length));
                return RepositoryJson.read(bytes, 0, bytes.length, Description.class);
            } catch (IOException e) {
                throw new UnderstudyException(
                        ErrorCode.FORMAT_UNKNOWN,
                        "cannot open the repository: " + what + " is not readable (" + e.getMessage() + ")",
                        "restore that object: {\"format\":2,\"repository\":\"<uuid>\",\"site\":\"<site>\"}",
                        e);
            }
        });
    }

    /** The object {@code understudy.json}. */
    private record Description(int format, UUID repository, String site) {
        Description {
            if (format != Manifest.FORMAT || repository == null || site == null) {
                throw new IllegalArgumentException("format, repository and site are needed");
            }
        }
    }
}
