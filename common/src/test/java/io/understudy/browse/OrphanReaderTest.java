package io.understudy.browse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
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

    private final Repository repository = Repository.create(
            new InMemoryFilestore(),
            new UUID(0, 1),
            "example",
            TrustedKeys.of(FastSignatures.key().publicKey()),
            Clock.systemUTC());
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
        }
    }

    @Test
    void theSnapshotThatItIsComparedWithIsHeld() {
        assertThat(reader.held(List.of(SNAPSHOT), remark -> {}, () -> "read")).isEqualTo("read");
        assertThat(held).containsExactly(SNAPSHOT);
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
