package io.understudy.primary.app;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.primary.app.Encrypting.Moved;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.retention.RetentionRules;
import io.understudy.progress.Progress;
import io.understudy.repository.Encryption;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.LastRecovery;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
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
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptingTest {
    private static final AgeIdentity A = AgeIdentity.generate();
    private static final AgeIdentity B = AgeIdentity.generate();
    private static final List<Recipient> BOTH = List.of(A.recipient(), B.recipient());
    private static final SnapshotId FIRST = new SnapshotId(1, 1);
    private static final SnapshotId SECOND = new SnapshotId(1, 2);
    private static final String KEY = "keys/00000001.age";

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(store, time.clock());
    private final List<RecoverySheet> sheets = new ArrayList<>();

    @TempDir
    Path folder;

    private KeyRing own;
    private Path state;
    private Manifest first;

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @BeforeEach
    void aPlainRepository() {
        state = folder.resolve("state");
        first = site.commit(FIRST, 1);
        SigningKey.generate(folder.resolve("a.pem"));
        site.key().writePublic(folder.resolve("site.pem"));
        own = new KeyRing(
                new SigningSettings(Optional.of(folder.resolve("a.pem")), List.of(folder.resolve("site.pub.pem"))));
        EpochClaim claim = new EpochClaim(1, "a", time.now(), "init", "nonce");
        site.repository().epochs().claim(claim, site.key());
        new EpochStore(state).hold(claim.of(Optional.of(site.repository().id())));
    }

    @Test
    void whileItIsPreparedAllGoOnWithThePlainContent() throws IOException {
        List<String> before = store.keys();
        Moved moved = prepare(BOTH, Optional.empty());
        assertThat(moved.done()).isTrue();
        assertThat(sheets).hasSize(1);
        assertThat(store.keys()).containsAll(before).contains(KEY);
        blobs(before).forEach(blob -> assertThat(store.keys()).contains(blob + ".age"));
        assertThat(plain().read(FIRST)).isEqualTo(first);
        byte[] key = read(KEY);

        site.commit(SECOND, 2);
        assertThat(prepare(List.of(), Optional.empty()).encrypted())
                .as("what is new, and nothing again")
                .isPositive()
                .isLessThan(moved.encrypted());
        assertThat(read(KEY)).isEqualTo(key);
        assertThat(sheets).hasSize(1);
    }

    @Test
    void afterTheSwitchEachRecipientReadsAllAndPlainObjectsAreRefused() throws IOException {
        prepare(BOTH, Optional.empty());
        Manifest second = site.commit(SECOND, 2);
        assertThat(encrypting().change(Progress.none()).done()).isTrue();

        for (AgeIdentity identity : List.of(A, B)) {
            Repository opened = openedBy(identity);
            assertThat(opened.read(FIRST)).isEqualTo(first);
            assertThat(opened.read(SECOND)).isEqualTo(second);
            new Verification(2).verify(opened, SECOND, Progress.none());
        }
        Repository primary = open(Encryption.ofPrimary(state));
        assertThat(primary.outline(SECOND)).isEqualTo(openedBy(A).outline(SECOND));
        primary.outline(SECOND)
                .parts()
                .forEach(part -> part.forEach(
                        primary.blobs(), each -> assertThat(each.blob()).isNotNull()));
        assertThat(primary.blobs().areReadable()).isFalse();
        assertThat(primary.identityJunk()).isEmpty();
        assertFails(ErrorCode.IDENTITY_MISSING, () -> plain().read(FIRST));
        assertThat(StateEntry.FULL_SNAPSHOT.in(state)).exists();
        assertThat(encrypting().change(Progress.none()).encrypted()).isZero();

        byte[] content = "new".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(primary.blobs().put(content, 0, content.length).id())
                .isNotEqualTo(plain().blobs().put(content, 0, content.length).id());
    }

    /** It is refused as plain otherwise, and retention would find its content to be garbage. */
    @Test
    void whatAnOldPrimaryNeverShippedIsEncryptedToo() throws IOException {
        Manifest orphan = site.orphan(SECOND, 2);
        prepare(BOTH, Optional.empty());
        encrypting().change(Progress.none());
        encrypting().clean(true);

        assertThat(blobs(store.keys())).isEmpty();
        for (AgeIdentity identity : List.of(A, B)) {
            Repository orphans = openedBy(identity).orphans();
            assertThat(orphans.list()).containsExactly(SECOND);
            assertThat(orphans.read(SECOND)).isEqualTo(orphan);
            new Verification(2).verify(orphans, SECOND, Progress.none());
        }
        assertThat(encrypting().change(Progress.none()).encrypted()).isZero();
    }

    @Test
    void thePlainContentGoesWhenEachRecipientHasOpenedTheEncrypted() throws IOException {
        prepare(BOTH, Optional.empty());
        assertFails(ErrorCode.USAGE, () -> encrypting().clean(true));
        report(FIRST);
        encrypting().change(Progress.none());
        assertFails(ErrorCode.USAGE, () -> encrypting().clean(false));
        time.advance(Duration.ofHours(1));
        prove();
        assertFails(ErrorCode.USAGE, () -> encrypting().clean(false));
        report(SECOND);
        List<String> before = blobs(store.keys());
        assertThat(encrypting().clean(false).encrypted()).isEqualTo(before.size());
        assertThat(blobs(store.keys())).isEmpty();
        new Verification(2).verify(openedBy(B), FIRST, Progress.none());
        assertThat(encrypting().clean(true).encrypted()).isZero();
    }

    @Test
    void killedAtAnyWriteItGoesOnAndEachSnapshotCanBeRestored() throws IOException {
        site.commit(SECOND, 2);
        int writes = 0;
        for (boolean killed = true; killed; writes++) {
            AtomicInteger left = new AtomicInteger(writes);
            store.inject((operation, object) -> {
                boolean write = operation == Operation.PUT || operation == Operation.PUT_IF_ABSENT;
                if (write && left.getAndDecrement() <= 0) {
                    throw new Killed();
                }
                return new None();
            });
            try {
                if (!Files.exists(StateEntry.ENCRYPT.in(state))) {
                    prepare(BOTH, Optional.empty());
                }
                encrypting().change(Progress.none());
                killed = false;
            } catch (Killed e) {
                killed = true;
            } finally {
                store.inject(Faults.none());
            }
            for (SnapshotId snapshot : List.of(FIRST, SECOND)) {
                boolean encrypted = store.keys().contains(KEY)
                        && isRestorable(openedBy(A), snapshot)
                        && isRestorable(openedBy(B), snapshot);
                assertThat(encrypted || isRestorable(plain(), snapshot)).isTrue();
            }
        }
        assertThat(writes).as("killed at many").isGreaterThan(5);
        new Verification(2).verify(openedBy(A), FIRST, Progress.none());
        new Verification(2).verify(openedBy(A), SECOND, Progress.none());
    }

    @Test
    void stoppedAtATimeItSaysWhatIsLeft() throws IOException {
        Moved stopped = prepare(BOTH, Optional.of("0s"));
        assertThat(stopped.done()).isFalse();
        assertThat(stopped.left()).isEqualTo(blobs(store.keys()).size());
        assertThat(stopped.leftBytes()).isPositive();
        assertThat(prepare(List.of(), Optional.of("1h")).done()).isTrue();
    }

    @Test
    void whatIsDamagedIsCountedAndAPlainRepositoryNeedsARecipient() throws IOException {
        assertFails(ErrorCode.USAGE, () -> encrypting().change(Progress.none()));
        assertFails(ErrorCode.USAGE, () -> prepare(List.of(), Optional.empty()));
        String blob = blobs(store.keys()).get(0);
        store.put(blob, Content.of(Arrays.copyOf(read(blob), 20)));
        assertThat(prepare(BOTH, Optional.empty()).unreadable()).isEqualTo(1);
        assertThat(store.keys()).doesNotContain(blob + ".age");
        Files.createFile(folder.resolve("BACKUP"));
        assertFails(ErrorCode.BACKUP_MODE, () -> encrypting().change(Progress.none()));
    }

    private boolean isRestorable(Repository repository, SnapshotId snapshot) {
        try {
            repository.read(snapshot);
            new Verification(2).verify(repository, snapshot, Progress.none());
            return true;
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private void report(SnapshotId proven) {
        site.repository()
                .reports()
                .write(new ReplicaReport(
                        "b",
                        Optional.of(proven),
                        Optional.of(proven),
                        List.of(),
                        Optional.empty(),
                        time.now(),
                        "0.1.0",
                        Optional.of("id"),
                        Optional.empty()));
    }

    private void prove() {
        new LastRecovery(state)
                .keep(new LastRecovery.Proven(
                        site.repository().id(), time.now(), FIRST, B.recipient().text()));
    }

    private static List<String> blobs(List<String> keys) {
        return keys.stream()
                .filter(key -> key.startsWith("blobs/") && key.endsWith(".zst"))
                .toList();
    }

    private byte[] read(String object) throws IOException {
        return store.open(object, 0).readAllBytes();
    }

    private Moved prepare(List<Recipient> recipients, Optional<String> until) {
        return encrypting().prepare(NewEncryption.ofPlain(recipients, state, sheets::add), until, Progress.none());
    }

    private Encrypting encrypting() {
        Pruning.Host host = new Pruning.Host(
                "a",
                state,
                new Marker(folder.resolve("BACKUP")),
                new EpochStore(state),
                this::plain,
                time.clock(),
                ZoneOffset.UTC,
                List.of(),
                time);
        Pruning retention = new Pruning(host, RetentionRules.same(RetentionSettings.DEFAULT), Events.none());
        return new Encrypting(store, plain(), own, state, retention, time.clock());
    }

    private Repository plain() {
        return open(Encryption.NONE);
    }

    private Repository openedBy(AgeIdentity identity) throws IOException {
        Path file = folder.resolve(identity.recipient().text());
        Files.writeString(file, identity.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return open(Encryption.withIdentity(file));
    }

    private Repository open(Encryption encryption) {
        return Repository.open(
                store,
                Manifests.SITE,
                own.trusted(),
                time.clock(),
                Optional.of(site.repository().id()),
                encryption);
    }
}
