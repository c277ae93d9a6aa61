package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    @TempDir
    Path folder;

    private final SigningKey key = FastSignatures.key();
    private final InMemoryFilestore filestore = new InMemoryFilestore();
    private final Repository repository = Repository.create(
            filestore, UUID.randomUUID(), "example", TrustedKeys.of(key.publicKey()), Clock.systemUTC());
    private EpochStore store;

    @BeforeEach
    void open() {
        store = new EpochStore(folder.resolve("state"));
    }

    @Test
    void keepsWhatIsIntendedAndWhatIsHeldApart() throws Exception {
        assertThat(store.held()).isEmpty();
        assertThat(store.intended()).isEmpty();
        EpochClaim first = epoch(1);
        store.intend(first);
        assertThat(new EpochStore(folder.resolve("state")).intended()).contains(first);
        assertThat(store.held()).isEmpty();
        store.hold(first);
        assertThat(store.held()).contains(first);
        assertThat(store.intended()).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("state/epoch.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void letsTheHolderOfTheHighestEpochCommit() {
        repository.epochs().claim(epoch(1), key);
        store.hold(epoch(1));
        assertThat(store.require(repository)).isEqualTo(1);
    }

    /** Another thread claims the next epoch while this one has read that the server holds the first. */
    @Test
    void isNotFencedByItsOwnClaimOfTheSameMoment() {
        repository.epochs().claim(epoch(1), key);
        store.hold(epoch(1));
        repository.epochs().claim(epoch(2), key);
        EpochStore other = new EpochStore(folder.resolve("state"));
        filestore.inject((operation, name) -> {
            other.hold(epoch(2));
            return new Faults.None();
        });

        assertThat(store.require(repository)).isEqualTo(2);
        assertThat(store.held()).contains(epoch(2));
    }

    @Test
    void fencesWhoHoldsNoneOrALowerOneOrAnotherRepositorys() {
        fenced("holds no epoch");
        store.hold(epoch(1));
        repository.epochs().claim(new EpochClaim(2, "b.example.net", NOW, "promote", "other"), key);
        fenced("epoch 2 was claimed by b.example.net");
        store.hold(new EpochClaim(Optional.of(UUID.randomUUID()), 3, "a", NOW, "init", "n"));
        fenced("another repository");
    }

    /** Who can write into the filestore can take the claim away again, or damage it. */
    @Test
    void staysFencedThoughTheClaimIsGoneOrDamaged() {
        repository.epochs().claim(epoch(1), key);
        store.hold(epoch(1));
        repository.epochs().claim(new EpochClaim(2, "b.example.net", NOW, "promote", "other"), key);
        fenced("epoch 2 was claimed by b.example.net");
        filestore.put(Epochs.key(2), Content.of(new byte[1]));
        fenced("epoch 2 was claimed, without a trusted signature");
        filestore.delete(Epochs.key(2));
        fenced("epoch 2 is in use");
        store.hold(new EpochClaim(Optional.of(repository.id()), 3, "a.example.net", NOW, "promote", "mine"));
        assertThat(store.require(repository)).isEqualTo(3);
    }

    @Test
    void aStrangersClaimFencesNoServer() {
        store.hold(epoch(1));
        repository.epochs().claim(new EpochClaim(2, "c", NOW, "promote", "other"), SigningKey.generate());
        assertThat(store.require(repository)).isEqualTo(1);
    }

    /** A full or failing disk must not turn a refusal into another one. */
    @Test
    void isFencedThoughThatCannotBeKept() throws Exception {
        store.hold(epoch(1));
        repository.epochs().claim(new EpochClaim(2, "b.example.net", NOW, "promote", "other"), key);
        Path state = folder.resolve("state");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("r-x------"));
        try {
            fenced("epoch 2 was claimed by b.example.net");
        } finally {
            Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void knowsTheRepositoryThatItPublishesInto() throws Exception {
        assertThat(store.repository()).isEmpty();
        store.hold(epoch(1));
        assertThat(store.repository()).contains(repository.id());
        Files.writeString(folder.resolve("state/epoch.json"), "junk");
        assertThat(store.repository()).isEmpty();
    }

    @Test
    void refusesAFileThatItDoesNotUnderstand() throws Exception {
        store.hold(epoch(1));
        Path file = folder.resolve("state/epoch.json");
        String good = Files.readString(file);
        Files.writeString(file, good.substring(0, 20));
        fails(ErrorCode.STATE_DAMAGED);
        Files.writeString(file, "");
        fails(ErrorCode.STATE_DAMAGED);
        Files.writeString(file, good.replace("\"epoch\" : 1", "\"epoch\" : 0"));
        fails(ErrorCode.STATE_DAMAGED);
        Files.writeString(file, good.replace("\"format\" : 2", "\"format\" : 3"));
        fails(ErrorCode.FORMAT_UNKNOWN);
        Files.delete(file);
        Files.createDirectory(file);
        fails(ErrorCode.FILE_FAILED);
    }

    private EpochClaim epoch(int epoch) {
        return new EpochClaim(Optional.of(repository.id()), epoch, "a.example.net", NOW, "init", "nonce");
    }

    private void fenced(String why) {
        assertThatThrownBy(() -> store.require(repository))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED))
                .hasMessageContaining(why);
    }

    private void fails(ErrorCode code) {
        assertThatThrownBy(store::held)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
