package io.understudy.repository;

import io.understudy.age.Recipient;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Filestore;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.Pack;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.TreeSnapshots;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A repository with a signer, and snapshots of a made-up site in it: an archive, a table, and a tree with a pack and a
 * large file. Equal seeds make equal content, so snapshots share what did not change.
 */
public final class SampleSite {
    private static final Attributes PLAIN = new Attributes(0644, Instant.EPOCH, "www-data", "www-data");
    private static final byte[] ROWS = Samples.rows(7, 3 << 20, 200);
    private static final byte[] LARGE = Samples.bytes(8, 2_000_000);
    private static final TreeEntry.File LARGE_FILE = file(SafePath.of("b.bin"), LARGE);

    private final SigningKey key = FastSignatures.key();
    private final TrustedKeys trusted = TrustedKeys.of(key.publicKey());
    private final Repository repository;

    public SampleSite(Filestore filestore, Clock clock) {
        Repository.create(filestore, UUID.randomUUID(), Manifests.SITE, TrustedKeys.of(), clock);
        this.repository = Repository.open(filestore, Manifests.SITE, trusted, clock);
    }

    /** An encrypted one. */
    public SampleSite(Filestore filestore, Clock clock, RepositoryKey encryption, List<Recipient> recipients) {
        UUID id = UUID.randomUUID();
        this.repository = Repository.create(filestore, id, Manifests.SITE, trusted, clock, encryption.sealing());
        KeyObject.write(filestore, id, Manifests.SITE, encryption, recipients, key);
    }

    public Repository repository() {
        return repository;
    }

    public SigningKey key() {
        return key;
    }

    public TrustedKeys trusted() {
        return trusted;
    }

    /**
     * Commits a snapshot.
     *
     * @param change rows and files that differ from those of another number
     */
    public Manifest commit(SnapshotId snapshot, int change) {
        Manifest manifest = manifest(snapshot, change);
        repository.commit(manifest, key);
        return manifest;
    }

    /** Saves what a server never shipped. */
    public Manifest orphan(SnapshotId orphan, int change) {
        Manifest manifest = Manifests.orphan(manifest(orphan, change));
        repository.orphans().commit(manifest, key);
        return manifest;
    }

    private Manifest manifest(SnapshotId snapshot, int change) {
        StreamRef archive = plain(Samples.bytes(100L + change, 3000));
        byte[] extra = Samples.text("row number " + change + "\n");
        StreamRef rows = rows(Samples.insert(ROWS, 0, extra));
        return Manifests.of(snapshot, archive, rows, tree(change), repository.blobs());
    }

    private TreeData tree(int change) {
        byte[] small = Samples.text("small file " + change);
        Pack pack = new Pack(repository.blobs());
        SafePath path = SafePath.of("a.txt");
        long offset = pack.add(path, PLAIN, small, small.length);
        FileContent packed = new FileContent.Packed(pack.finish(), offset);
        FileContent streamed = new FileContent.Streamed(plain(LARGE));
        return TreeSnapshots.index(
                "media",
                TreeKind.FILES,
                List.of(
                        IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, PLAIN.withMode(0755))),
                        IndexEntry.of(file(path, small), packed),
                        IndexEntry.of(LARGE_FILE, streamed)),
                repository.blobs());
    }

    private static TreeEntry.File file(SafePath path, byte[] content) {
        return new TreeEntry.File(path, PLAIN, content.length, ContentHash.of(Sha256.of(content, 0, content.length)));
    }

    private StreamRef plain(byte[] content) {
        StreamWriter writer = StreamWriter.plain(repository.blobs());
        writer.write(content, 0, content.length);
        return writer.finish();
    }

    private StreamRef rows(byte[] content) {
        StreamWriter writer = StreamWriter.rows(repository.blobs());
        writer.write(content, 0, content.length);
        return writer.finish();
    }
}
