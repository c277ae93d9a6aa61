package io.understudy.browse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.setup.SnapshotName;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What is compared with an orphan is read as by any other command. */
class OrphanReaderTest {
    private static final SnapshotId SNAPSHOT = new SnapshotId(1, 7);
    private static final SnapshotId ORPHAN = new SnapshotId(1, 8);

    private final SigningKey key = FastSignatures.key();
    private final InMemoryFilestore filestore = new InMemoryFilestore();
    private final Repository repository =
            Repository.create(filestore, new UUID(0, 1), "example", TrustedKeys.of(key.publicKey()), Clock.systemUTC());
    private final ErasureHash hash = Erasures.of(repository).hash();
    private final List<SnapshotId> held = new ArrayList<>();
    private final OrphanReader reader = new OrphanReader(repository, new Snapshots());

    private final class Snapshots implements SnapshotReader {
        @Override
        public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
            throw new AssertionError("not asked here");
        }

        @Override
        public List<SnapshotId> list() {
            return List.of(SNAPSHOT);
        }

        @Override
        public Opened open(SnapshotId snapshot) {
            throw new AssertionError("not asked here");
        }

        @Override
        public Optional<ErasureHash> erasureHash() {
            return Optional.of(hash);
        }

        @Override
        public ErasedKeys erased(Consumer<JunkObject> junk) {
            ErasedKeys.Collected all = new ErasedKeys.Collected();
            all.add(hash.table("public", "users"), hash.row("public", "users", List.of("3")), Instant.EPOCH);
            return all.by(hash);
        }

        @Override
        public Optional<Erasures.Remembered> erasedRemembered() {
            return Optional.of(new Erasures.Remembered(erased(junk -> {}), Instant.EPOCH));
        }

        @Override
        public <T> T held(List<SnapshotId> snapshots, Consumer<String> remarks, Supplier<T> work) {
            held.addAll(snapshots);
            return work.get();
        }
    }

    @Test
    void whoWasErasedIsErasedInOrphansToo() {
        for (SnapshotReader each : List.of(reader, reader.only(ORPHAN))) {
            assertThat(each.erasureHash()).contains(hash);
            assertThat(each.erased(junk -> {}).has("public", "users")).isTrue();
            assertThat(each.erasedRemembered()).isPresent();
        }
    }

    @Test
    void theSnapshotThatItIsComparedWithIsHeld() {
        assertThat(reader.held(List.of(SNAPSHOT), remark -> {}, () -> "read")).isEqualTo("read");
        assertThat(held).containsExactly(SNAPSHOT);
    }

    /** What the primary shipped after that was never on the server that wrote it. */
    @Test
    void oneOfAServerThatShippedNothingIsComparedWithWhatItBeganWith() {
        for (int sequence : new int[] {5, 6, 7}) {
            filestore.put(new SnapshotId(1, sequence).key(), Content.of(new byte[1]));
        }
        repository.orphans().commit(Manifests.orphan(Manifests.sample(ORPHAN)), key);
        SnapshotId overruled = new SnapshotId(1, 9);
        SnapshotId began = new SnapshotId(1, 6);
        repository.orphans().commit(Manifests.orphan(Manifests.sample(overruled), began), key);

        assertThat(reader.before(ORPHAN)).endsWith(SNAPSHOT);
        assertThat(reader.began(ORPHAN)).isEmpty();
        assertThat(reader.before(overruled)).containsExactly(new SnapshotId(1, 5), began);
        assertThat(reader.began(overruled)).contains(began);
    }

    /** So that no person takes a snapshot's content for what was never shipped. */
    @Test
    void aSnapshotIsNoOrphan() {
        Map.of("latest", ErrorCode.USAGE, SNAPSHOT.toString(), ErrorCode.SNAPSHOT_UNKNOWN)
                .forEach((name, code) -> {
                    SnapshotName asked = SnapshotName.parse(name, Clock.systemUTC());
                    assertThatThrownBy(() -> reader.alone().find(asked, junk -> {}))
                            .isInstanceOfSatisfying(UnderstudyException.class, refused -> {
                                assertThat(refused.code()).isEqualTo(code);
                                assertThat(refused.hint()).contains("orphans list");
                            });
                });
    }

    @Test
    void oneIsListedAlone() {
        assertThat(reader.only(ORPHAN).list()).containsExactly(ORPHAN);
    }
}
