package io.understudy.primary.app;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.config.EncryptionSettings;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.Content;
import io.understudy.primary.app.Rekeying.Rekeyed;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.retention.RetentionRules;
import io.understudy.progress.Progress;
import io.understudy.repository.Encryption;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.HeldKeys;
import io.understudy.repository.KeyObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.None;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RekeyingTest {
    private static final AgeIdentity A = AgeIdentity.generate();
    private static final AgeIdentity B = AgeIdentity.generate();
    private static final SnapshotId FIRST = new SnapshotId(1, 1);
    private static final SnapshotId SECOND = new SnapshotId(1, 2);
    private static final String KEY_2 = "keys/00000002.age";

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final RepositoryKey key = RepositoryKey.generate(new SecureRandom());
    private final SampleSite site = new SampleSite(store, time.clock(), key, List.of(A.recipient(), B.recipient()));

    @TempDir
    Path folder;

    private KeyRing own;
    private Path state;
    private Manifest first;

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @BeforeEach
    void aPrimaryWithoutIdentity() {
        state = folder.resolve("state");
        first = site.commit(FIRST, 1);
        SigningKey.generate(folder.resolve("a.pem"));
        site.key().writePublic(folder.resolve("site.pem"));
        own = new KeyRing(
                new SigningSettings(Optional.of(folder.resolve("a.pem")), List.of(folder.resolve("site.pub.pem"))));
        EpochClaim claim = new EpochClaim(1, "a", time.now(), "init", "nonce");
        site.repository().epochs().claim(claim, site.key());
        new EpochStore(state).hold(claim.of(Optional.of(site.repository().id())));
        new HeldKeys(state).keep(site.repository().id(), key);
    }

    @Test
    void allThatIsThereIsEncryptedToTheNewKeyAndIsTheSame() throws IOException {
        Repository standby = openedBy(A);
        Repository primary = primary();
        assertThat(standby.read(FIRST)).isEqualTo(first);
        List<String> before = store.keys();

        Rekeyed now = rekeying().run(false, Optional.empty(), Progress.none());

        assertThat(now.made()).isTrue();
        assertThat(now.done()).isTrue();
        assertThat(now.key()).isEqualTo(2);
        assertThat(now.unreadable()).isZero();
        assertThat(store.keys()).hasSize(before.size() + 1).containsAll(before).contains(KEY_2);
        assertNothingIsFor(key);
        for (Repository reader : List.of(standby, openedBy(A), openedBy(B))) {
            assertThat(reader.read(FIRST)).isEqualTo(first);
            new Verification(2).verify(reader, FIRST, Progress.none());
        }
        assertThat(primary.outline(FIRST)).isEqualTo(standby.outline(FIRST));
        assertThat(primary().outline(FIRST)).isEqualTo(standby.outline(FIRST));
        assertThat(primary().blobs().areReadable()).isFalse();
    }

    @Test
    void whatIsWrittenFromThenOnIsForTheNewKeyThoughTheAgentRanBefore() throws IOException {
        Repository primary = primary();
        Repository standby = openedBy(B);
        rekeying().run(false, Optional.of("0s"), Progress.none());
        primary.refreshKeys();
        Manifest next = Manifests.sample(SECOND, first.database().archive());
        primary.commit(next, site.key());
        assertThat(standby.read(SECOND)).isEqualTo(next);
        byte[] content = "new content".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String blob = primary.blobs()
                .object(primary.blobs().put(content, 0, content.length).id());
        assertThatThrownBy(() -> AgeFiles.open(read(blob), List.of(key.identity())))
                .isInstanceOf(IOException.class);
        assertThat(read("manifests/" + SECOND + ".json")).asString().contains("\"key\":2");
    }

    @Test
    void stoppedAtATimeItSaysWhatIsLeftAndGoesOn() throws IOException {
        Rekeyed stopped = rekeying().run(false, Optional.of("0s"), Progress.none());
        assertThat(stopped.made()).isTrue();
        assertThat(stopped.done()).isFalse();
        assertThat(stopped.left()).isPositive();
        assertThat(openedBy(A).read(FIRST)).isEqualTo(first);
        Rekeyed rest = rekeying().run(false, Optional.of("2h"), Progress.none());
        assertThat(rest.made()).as("no further key while one is not finished").isFalse();
        assertThat(rest.done()).isTrue();
        assertThat(rest.key()).isEqualTo(2);
        Rekeyed third = rekeying().run(false, Optional.empty(), Progress.none());
        assertThat(third.made()).isTrue();
        assertThat(third.key()).isEqualTo(3);
        assertThat(openedBy(B).read(FIRST)).isEqualTo(first);
    }

    @Test
    void anotherKeyIsMadeAtOnceWhereTheLastIsInWrongHandsToo() throws IOException {
        rekeying().run(false, Optional.of("0s"), Progress.none());
        Rekeyed further = rekeying().run(true, Optional.empty(), Progress.none());
        assertThat(further.key()).isEqualTo(3);
        assertThat(further.done()).isTrue();
        assertNothingIsFor(key);
        assertThat(openedBy(A).read(FIRST)).isEqualTo(first);
    }

    @Test
    void killedAtAnyWriteItGoesOnAndNothingIsLostInBetween() throws IOException {
        int writes = 0;
        for (boolean killed = true; killed; writes++) {
            AtomicInteger left = new AtomicInteger(writes == 0 ? 0 : 1);
            store.inject((operation, object) -> {
                if (isWrite(operation) && left.getAndDecrement() <= 0) {
                    throw new Killed();
                }
                return new None();
            });
            try {
                rekeying().run(false, Optional.empty(), Progress.none());
                killed = false;
            } catch (Killed e) {
                killed = true;
            }
            store.inject(Faults.none());
            assertThat(openedBy(B).read(FIRST)).isEqualTo(first);
            assertThat(primary().outline(FIRST).snapshot()).isEqualTo(FIRST);
        }
        assertThat(writes).as("killed at each").isGreaterThan(5);
        assertThat(openedBy(A).read(FIRST)).isEqualTo(first);
        new Verification(2).verify(openedBy(A), FIRST, Progress.none());
        assertNothingIsFor(key);
        assertThat(store.keys()).contains(KEY_2).doesNotContain("keys/00000003.age");
    }

    @Test
    void aSnapshotThatRunsIsWaitedFor() throws IOException {
        Path lock = StateEntry.SNAPSHOT_LOCK.in(state);
        try (ProcessLock running = ProcessLock.tryAcquire(lock).orElseThrow()) {
            Rekeyed waited = rekeying().run(false, Optional.of("1m"), Progress.none());
            assertThat(waited.done()).isFalse();
            assertThat(waited.key()).isEqualTo(2);
            assertThat(waited.resealed()).isZero();
            assertThat(running).isNotNull();
        }
        assertThat(rekeying().run(false, Optional.empty(), Progress.none()).done())
                .isTrue();
    }

    @Test
    void whatIsDamagedStaysAndIsCounted() throws IOException {
        String blob = store.keys().stream()
                .filter(object -> object.startsWith("blobs/"))
                .findFirst()
                .orElseThrow();
        byte[] half = java.util.Arrays.copyOf(read(blob), 300);
        store.put(blob, Content.of(half));
        store.put("manifests/00000001-00000009.json", Content.of(half));
        Rekeyed now = rekeying().run(false, Optional.empty(), Progress.none());
        assertThat(now.unreadable()).isEqualTo(2);
        assertThat(now.done()).isTrue();
        assertThat(read(blob)).isEqualTo(half);
    }

    @Test
    void onlyThePrimaryMakesOneAndOnlyWithAnIdentity() throws IOException {
        assertFails(ErrorCode.IDENTITY_MISSING, () -> openedBy(AgeIdentity.generate()));
        Files.createFile(folder.resolve("BACKUP"));
        Rekeying standby = rekeying();
        assertFails(ErrorCode.BACKUP_MODE, () -> standby.run(false, Optional.empty(), Progress.none()));
        Files.delete(folder.resolve("BACKUP"));
        try (ProcessLock pruning =
                ProcessLock.tryAcquire(StateEntry.PRUNE_LOCK.in(state)).orElseThrow()) {
            assertFails(ErrorCode.LOCKED, () -> standby.run(false, Optional.empty(), Progress.none()));
            assertThat(pruning).isNotNull();
        }
        assertThat(store.keys()).doesNotContain(KEY_2);
        assertFails(ErrorCode.USAGE, () -> standby.run(false, Optional.of("soon"), Progress.none()));
        assertThat(EndTime.parse("06:00", time.clock()))
                .isAfter(time.now())
                .isBeforeOrEqualTo(time.now().plus(Duration.ofDays(1)));
    }

    @Test
    void recipientsAreThoseOfAllKeys() throws IOException {
        rekeying().run(false, Optional.of("0s"), Progress.none());
        AgeIdentity added = AgeIdentity.generate();
        recipients().add(added.recipient());
        assertThat(openedBy(added).read(FIRST)).isEqualTo(first);
        recipients().remove(B.recipient());
        assertFails(ErrorCode.IDENTITY_MISSING, () -> openedBy(B));
        KeyObject.openAll(store, List.of(added), site.repository().id(), Manifests.SITE, own.trusted())
                .forEach(each -> assertThat(each.recipients()).containsExactly(A.recipient(), added.recipient()));
    }

    private static boolean isWrite(Operation operation) {
        return operation == Operation.PUT || operation == Operation.PUT_IF_ABSENT;
    }

    private void assertNothingIsFor(RepositoryKey old) throws IOException {
        for (String object : store.keys()) {
            if (object.startsWith("blobs/")) {
                assertThatThrownBy(() -> AgeFiles.open(read(object), List.of(old.identity(), old.outline())))
                        .as(object)
                        .isInstanceOf(IOException.class);
            } else if (object.startsWith("manifests/")) {
                assertThat(read(object)).asString().doesNotContain("\"key\":1}");
            }
        }
    }

    private byte[] read(String object) throws IOException {
        return store.open(object, 0).readAllBytes();
    }

    private KeyRecipients recipients() throws IOException {
        return KeyRecipients.of(
                store,
                openedBy(A),
                own,
                Optional.empty(),
                Optional.of(new EncryptionSettings(List.of(), Optional.of(file(A)))));
    }

    private Rekeying rekeying() throws IOException {
        Pruning.Host host = new Pruning.Host(
                "a",
                state,
                new Marker(folder.resolve("BACKUP")),
                new EpochStore(state),
                this::primary,
                time.clock(),
                ZoneOffset.UTC,
                List.of(),
                time);
        return new Rekeying(
                recipients(),
                own,
                state,
                new Pruning(host, RetentionRules.same(RetentionSettings.DEFAULT), Events.none()),
                time.clock(),
                time);
    }

    private Repository primary() {
        return open(Encryption.ofPrimary(state));
    }

    private Repository openedBy(AgeIdentity identity) throws IOException {
        return open(Encryption.withIdentity(file(identity)));
    }

    private Repository open(Encryption encryption) {
        return Repository.open(store, Manifests.SITE, own.trusted(), time.clock(), Optional.empty(), encryption);
    }

    private Path file(AgeIdentity identity) throws IOException {
        Path file = folder.resolve(identity.recipient().text());
        Files.writeString(file, identity.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }
}
