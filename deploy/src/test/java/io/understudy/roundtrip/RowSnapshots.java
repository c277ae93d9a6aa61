package io.understudy.roundtrip;

import io.understudy.browse.ForwardingReader;
import io.understudy.browse.SnapshotReader;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.setup.SnapshotName;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.MemoryBlobs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The snapshots of a {@link RowSite} in a filestore, and who reads them. */
final class RowSnapshots {
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Map<SnapshotId, Manifest> manifests = new TreeMap<>();
    private final SigningKey key = SigningKey.generate();
    private final InMemoryFilestore filestore = new InMemoryFilestore();
    private final Repository repository;
    private boolean filestoreAway;
    private Optional<Erasures.Remembered> remembered = Optional.empty();
    private boolean rememberedIsDamaged;
    private Runnable whenRead = () -> {};
    private int opened;

    /** @param sealing where it is on, their content lies encrypted in the filestore */
    RowSnapshots(Sealing sealing) {
        this.repository = Repository.create(
                filestore, UUID.randomUUID(), "example", TrustedKeys.of(key.publicKey()), Clock.systemUTC(), sealing);
    }

    void add(Manifest manifest) {
        manifests.put(manifest.snapshot(), manifest);
    }

    Manifest get(SnapshotId snapshot) {
        return manifests.get(snapshot);
    }

    /** Retention deletes it. */
    void delete(int sequence) {
        manifests.remove(new SnapshotId(1, sequence));
    }

    private Manifest newest() {
        return List.copyOf(manifests.values()).get(manifests.size() - 1);
    }

    /** Where content goes. */
    BlobSink sink() {
        return repository.isEncrypted() ? repository.blobs() : blobs;
    }

    /** Where content goes that is not encrypted. */
    MemoryBlobs plain() {
        return blobs;
    }

    BlobSource content() {
        return repository.isEncrypted() ? repository.blobs() : blobs;
    }

    /** Reads them, and nothing else of the repository. */
    SnapshotReader reader() {
        return new Reader();
    }

    /** Reads as the commands do. */
    SnapshotReader ofCommands() {
        return withRepository(new Holding());
    }

    /** The same reader, and the rows that were erased. */
    SnapshotReader withRepository(SnapshotReader reader) {
        return new WithRepository(reader);
    }

    /** The rows that were erased before it was taken. */
    ErasedKeys erasedBefore(Manifest manifest) {
        return Erasures.of(repository).all(junk -> {}).at(manifest.moment());
    }

    void publish(UUID server, ErasedKeys erased) {
        Erasures.of(repository).publish(server, erased, key);
    }

    /** How many blobs were read since {@link #countAgain}. */
    int opened() {
        return opened;
    }

    void countAgain() {
        opened = 0;
    }

    private final class Counting implements BlobSource {
        @Override
        public InputStream open(BlobRef blob) {
            opened++;
            whenRead.run();
            return content().open(blob);
        }
    }

    /** What is done each time that content of a snapshot is read. */
    void whenRead(Runnable work) {
        whenRead = work;
    }

    void filestoreIsAway(boolean away) {
        filestoreAway = away;
    }

    /** As a standby's mirror does. */
    void remember(Instant now) {
        remembered = Optional.of(new Erasures.Remembered(Erasures.of(repository).all(junk -> {}), now));
    }

    void damageWhatIsRemembered() {
        rememberedIsDamaged = true;
    }

    private final class Reader implements SnapshotReader {
        @Override
        public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
            // What is no number is the newest.
            return new SnapshotName.Found(name.id().orElseGet(() -> newest().snapshot()), Optional.empty());
        }

        @Override
        public List<SnapshotId> list() {
            return List.copyOf(manifests.keySet());
        }

        @Override
        public Opened open(SnapshotId snapshot) {
            if (!manifests.containsKey(snapshot)) {
                throw new UnderstudyException(ErrorCode.SNAPSHOT_UNKNOWN, snapshot + " is not there", "list");
            }
            return new Opened(manifests.get(snapshot), new Counting());
        }
    }

    /** Of the commands: what they read is held while they do, also its content. */
    private final class Holding extends ForwardingReader {
        private final Set<SnapshotId> held = new HashSet<>();

        Holding() {
            super(new Reader());
        }

        @Override
        public Opened open(SnapshotId snapshot) {
            Opened opened = super.open(snapshot);
            requireHeld(snapshot);
            return new Opened(opened.manifest(), blob -> {
                requireHeld(snapshot);
                return opened.blobs().open(blob);
            });
        }

        private void requireHeld(SnapshotId snapshot) {
            if (!held.contains(snapshot)) {
                throw new IllegalStateException(snapshot + " is read, and retention may delete it");
            }
        }

        @Override
        public <T> T held(List<SnapshotId> snapshots, Consumer<String> remarks, Supplier<T> work) {
            held.addAll(snapshots);
            try {
                return work.get();
            } finally {
                snapshots.forEach(held::remove);
            }
        }
    }

    private final class WithRepository extends ForwardingReader {
        WithRepository(SnapshotReader reader) {
            super(reader);
        }

        @Override
        public Optional<ErasureHash> erasureHash() {
            return Optional.of(Erasures.of(repository).hash());
        }

        @Override
        public ErasedKeys erased(Consumer<JunkObject> junk) {
            if (filestoreAway) {
                throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "the filestore is away", "wait");
            }
            return Erasures.of(repository).all(junk);
        }

        @Override
        public Optional<Erasures.Remembered> erasedRemembered() {
            if (rememberedIsDamaged) {
                throw new UnderstudyException(ErrorCode.MANIFEST_DAMAGED, "the note is damaged", "wait");
            }
            return remembered;
        }
    }

    private String erasedKey() {
        try (var all = filestore.list("erased/", "")) {
            return all.findFirst().orElseThrow().key();
        }
    }

    /** The list of rows that were erased, as the filestore has it. */
    String erasedObject() {
        try (InputStream in = filestore.open(erasedKey(), 0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Someone without a trusted key writes it. */
    void forgeErased() {
        String line = erasedObject().lines().findFirst().orElseThrow();
        filestore.put(
                erasedKey(), Content.of(SignedLine.sign(line.getBytes(StandardCharsets.UTF_8), SigningKey.generate())));
    }

    /** Whether a text lies readable in the filestore. */
    boolean shows(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try (var all = filestore.list("", "")) {
            return all.anyMatch(each -> {
                try (InputStream in = filestore.open(each.key(), 0)) {
                    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                            .contains(new String(wanted, StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
