package io.understudy.replica.bitrot;

import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The objects of a small repository in which every kind of object occurs, with two snapshots that share no content but
 * one file.
 */
final class BitRotSite {
    static final SnapshotId OLDER = new SnapshotId(1, 1);
    static final SnapshotId NEWER = new SnapshotId(2, 2);

    private static final Attributes PLAIN = new Attributes(0644, Instant.EPOCH, "0", "0");
    private static final SigningKey KEY = FastSignatures.key();
    private static final Map<String, byte[]> OBJECTS = new TreeMap<>();
    private static final Map<SnapshotId, Manifest> MANIFESTS = new TreeMap<>();

    private static final BlobSource BLOBS;

    static {
        FakeTicker time = new FakeTicker();
        InMemoryFilestore store = new InMemoryFilestore(time);
        Repository.create(store, UUID.randomUUID(), Manifests.SITE, TrustedKeys.of(), time.clock());
        Repository repository = open(store);
        for (SnapshotId snapshot : List.of(OLDER, NEWER)) {
            repository.epochs().claim(claim(snapshot.epoch()), KEY);
            Manifest manifest = manifest(repository, snapshot);
            repository.commit(manifest, KEY);
            MANIFESTS.put(snapshot, manifest);
        }
        repository.reports().write(report("standby-2"));
        repository.reports().write(report("standby-3"));
        repository.pruneMarker().begin("a", 2, time.clock().instant());
        store.keys().forEach(key -> OBJECTS.put(key, read(store, key)));
        BLOBS = repository.blobs();
    }

    private BitRotSite() {}

    static Repository open(Filestore filestore) {
        return Repository.open(filestore, Manifests.SITE, trusted());
    }

    static TrustedKeys trusted() {
        return TrustedKeys.of(KEY.publicKey());
    }

    /** Every object by its key, as the primary wrote it. */
    static Map<String, byte[]> objects() {
        return OBJECTS;
    }

    static Manifest manifest(SnapshotId snapshot) {
        return MANIFESTS.get(snapshot);
    }

    static BlobSource blobs() {
        return BLOBS;
    }

    /** A filestore in which the second epoch has not begun: its claim and its manifest are not there yet. */
    static InMemoryFilestore beforeTheNewer() {
        InMemoryFilestore store = new InMemoryFilestore();
        OBJECTS.forEach((key, bytes) -> store.put(key, Content.of(bytes)));
        store.delete(Kind.EPOCH.key(NEWER));
        store.delete(NEWER.key());
        return store;
    }

    static void commitNewer(Filestore store) {
        store.put(Kind.EPOCH.key(NEWER), Content.of(OBJECTS.get(Kind.EPOCH.key(NEWER))));
        store.put(NEWER.key(), Content.of(OBJECTS.get(NEWER.key())));
    }

    private static EpochClaim claim(int epoch) {
        return new EpochClaim(epoch, "server-" + epoch, Instant.EPOCH, "promote", "nonce-" + epoch);
    }

    private static ReplicaReport report(String name) {
        return new ReplicaReport(
                name,
                Optional.of(OLDER),
                Optional.of(OLDER),
                List.of(OLDER),
                Optional.of(Instant.EPOCH),
                Instant.EPOCH,
                "0.1.0",
                Optional.empty(),
                Optional.empty());
    }

    private static Manifest manifest(Repository repository, SnapshotId snapshot) {
        byte[] archive = bytes(snapshot.sequence(), 3000);
        byte[] rows = "%d\tname\n".formatted(snapshot.sequence()).repeat(500).getBytes(StandardCharsets.UTF_8);
        return Manifests.of(
                snapshot,
                plain(repository, archive),
                plain(repository, rows),
                tree(repository, snapshot.sequence()),
                repository.blobs());
    }

    private static TreeData tree(Repository repository, int change) {
        byte[] small = ("small file " + change).getBytes(StandardCharsets.UTF_8);
        byte[] same = "the same".getBytes(StandardCharsets.UTF_8);
        byte[] large = bytes(100L + change, 20_000);
        Pack pack = new Pack(repository.blobs());
        long first = pack.add(SafePath.of("a.txt"), PLAIN, small, small.length);
        long second = pack.add(SafePath.of("same.txt"), PLAIN, same, same.length);
        BlobRef packed = pack.finish();
        return TreeSnapshots.index(
                "media",
                TreeKind.FILES,
                List.of(
                        IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, PLAIN.withMode(0755))),
                        IndexEntry.of(file("a.txt", small), new FileContent.Packed(packed, first)),
                        IndexEntry.of(file("b.bin", large), new FileContent.Streamed(plain(repository, large))),
                        IndexEntry.of(file("same.txt", same), new FileContent.Packed(packed, second))),
                repository.blobs());
    }

    private static TreeEntry.File file(String path, byte[] content) {
        return new TreeEntry.File(
                SafePath.of(path), PLAIN, content.length, ContentHash.ofContent(content, 0, content.length));
    }

    private static StreamRef plain(Repository repository, byte[] content) {
        StreamWriter writer = StreamWriter.plain(repository.blobs());
        writer.write(content, 0, content.length);
        return writer.finish();
    }

    private static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(Filestore store, String key) {
        try (InputStream in = store.open(key, 0)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
