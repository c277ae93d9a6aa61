package io.understudy.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which rows were erased is known to each server that reads any of the filestores. */
class ErasuresTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final UUID SERVER = new UUID(0, 7);
    private static final Instant DELETED = Instant.parse("2026-11-20T10:00:00Z");

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore one = new InMemoryFilestore();
    private final InMemoryFilestore other = new InMemoryFilestore();

    private Repository repository(Filestore store, Sealing sealing) {
        return Repository.create(
                store, new UUID(0, 1), "example", TrustedKeys.of(KEY.publicKey()), time.clock(), sealing);
    }

    private Repository several() {
        return repository(SeveralInMemory.of(CommitRule.ANY, time, one, other), Sealing.NONE);
    }

    private static ErasedKeys user(ErasureHash hash, String... ids) {
        ErasedKeys.Collected erased = new ErasedKeys.Collected();
        for (String id : ids) {
            erased.add(hash.table("public", "users"), hash.row("public", "users", List.of(id)), DELETED);
        }
        return erased.by(hash);
    }

    private static boolean has(ErasedKeys erased, String id) {
        return erased.has("public", "users", List.of(id), DELETED.minusSeconds(1));
    }

    private static boolean publish(Erasures erasures, String... ids) {
        return erasures.publish(SERVER, user(erasures.hash(), ids), KEY);
    }

    private static ErasedKeys all(Erasures erasures) {
        return erasures.all(junk -> {
            throw new AssertionError(junk.text());
        });
    }

    @Test
    void aStoreThatIsAwayHidesNothingThatAnotherHas() {
        Erasures erasures = Erasures.of(several());
        assertThat(publish(erasures, "1")).isTrue();
        for (InMemoryFilestore away : List.of(one, other)) {
            SeveralInMemory.takeAway(away);
            assertThat(has(all(erasures), "1")).isTrue();
            assertThat(has(all(erasures), "2")).isFalse();
            SeveralInMemory.bringBack(away);
        }
    }

    @Test
    void whereNoneAnswersItIsNotKnown() {
        Erasures erasures = Erasures.of(several());
        publish(erasures, "1");
        SeveralInMemory.takeAway(one);
        SeveralInMemory.takeAway(other);
        assertThatThrownBy(() -> all(erasures))
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE));
    }

    /** The next attempt writes what is missing, and to that store alone. */
    @Test
    void oneStoreThatIsAwayKeepsNoneOfTheOthersFromIt() {
        Erasures erasures = Erasures.of(several());
        publish(erasures, "1");
        for (InMemoryFilestore away : List.of(one, other)) {
            String id = away == one ? "2" : "3";
            SeveralInMemory.takeAway(away);
            assertThatThrownBy(() -> publish(erasures, "1", id))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE));
            assertThat(has(all(erasures), id)).isTrue();
            SeveralInMemory.bringBack(away);
            assertThat(publish(erasures, "1", id)).isTrue();
            assertThat(publish(erasures, "1", id)).isFalse();
        }
        SeveralInMemory.takeAway(one);
        assertThat(has(all(erasures), "3")).isTrue();
    }

    /** Who reads the filestore cannot try out keys: neither names nor hashes follow from what is there. */
    @Test
    void inAnEncryptedRepositoryTheHashesFollowFromItsSecret() {
        RepositoryKey key = RepositoryKey.generate(new SecureRandom());
        Repository sealed = repository(one, key.sealing());
        Erasures erasures = Erasures.of(sealed);
        Erasures plain = Erasures.of(repository(other, Sealing.NONE));
        publish(erasures, "1");

        assertThat(has(all(erasures), "1")).isTrue();
        assertThat(has(all(erasures), "2")).isFalse();
        assertThat(erasures.hash().row("public", "users", List.of("1")))
                .isNotEqualTo(plain.hash().row("public", "users", List.of("1")));
        assertThat(object(one))
                .doesNotContain(
                        "users",
                        plain.hash().row("public", "users", List.of("1")),
                        plain.hash().table("public", "users"))
                .contains(erasures.hash().row("public", "users", List.of("1")));
        // Another server of the site with the same secret knows it, one with another secret does not.
        assertThat(has(all(Erasures.of(repository(one, key.sealing()))), "1")).isTrue();
        assertThat(has(
                        all(Erasures.of(repository(
                                one, RepositoryKey.generate(new SecureRandom()).sealing()))),
                        "1"))
                .isFalse();
    }

    private static String object(Filestore store) {
        try (InputStream in = store.open("erased/" + SERVER + ".json", 0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final Instant READ = Instant.parse("2026-11-21T08:00:00Z");

    private static Erasures.Remembered remembered(Erasures erasures) {
        return erasures.remembered().orElseThrow();
    }

    /** In the copy of a server, while the filestore is away. */
    @Test
    void aServerRemembersWhatItRead() {
        Erasures copy = Erasures.of(repository(one, Sealing.NONE));
        assertThat(copy.remembered()).isEmpty();
        copy.remember(new Erasures.Remembered(user(copy.hash(), "1"), READ));
        assertThat(has(remembered(copy).erased(), "1")).isTrue();
        assertThat(has(remembered(copy).erased(), "2")).isFalse();
        assertThat(remembered(copy).read()).isEqualTo(READ);
        assertThat(all(copy).isEmpty()).as("it is no list of a server").isTrue();

        copy.remember(new Erasures.Remembered(user(copy.hash(), "1", "2"), READ.plusSeconds(60)));
        assertThat(has(remembered(copy).erased(), "2")).isTrue();
        assertThat(remembered(copy).read()).isEqualTo(READ.plusSeconds(60));
    }

    /** Nothing was erased, is knowledge, too. */
    @Test
    void aServerRemembersThatNothingWasErased() {
        Erasures copy = Erasures.of(repository(one, Sealing.NONE));
        copy.remember(new Erasures.Remembered(ErasedKeys.none(copy.hash()), READ));
        assertThat(remembered(copy).erased().isEmpty()).isTrue();
    }

    /** It never says that it is newer than it is. */
    @Test
    void killedInBetweenItIsAsOldAsItSays() {
        Erasures copy = Erasures.of(repository(one, Sealing.NONE));
        one.inject(Faults.first(
                Faults.Operation.PUT,
                key -> key.equals("erased/read.json"),
                new Faults.Fail(ErrorCode.DISK_FULL),
                new Faults.None(),
                new Faults.Fail(ErrorCode.DISK_FULL)));
        assertThatThrownBy(() -> copy.remember(new Erasures.Remembered(user(copy.hash(), "1"), READ)))
                .isInstanceOf(UnderstudyException.class);
        assertThat(copy.remembered()).isEmpty();
        copy.remember(new Erasures.Remembered(user(copy.hash(), "1"), READ));
        assertThatThrownBy(
                        () -> copy.remember(new Erasures.Remembered(user(copy.hash(), "1", "2"), READ.plusSeconds(60))))
                .isInstanceOf(UnderstudyException.class);
        assertThat(remembered(copy).read()).isEqualTo(READ);
        assertThat(has(remembered(copy).erased(), "1")).isTrue();
    }

    @Test
    void whatIsDamagedOrOfAnotherRepositoryIsNotRemembered() {
        Erasures copy = Erasures.of(repository(one, Sealing.NONE));
        copy.remember(new Erasures.Remembered(user(copy.hash(), "1"), READ));
        Repository another = Repository.create(
                other, new UUID(0, 2), "example", TrustedKeys.of(KEY.publicKey()), time.clock(), Sealing.NONE);
        Erasures.of(another).remember(new Erasures.Remembered(ErasedKeys.none(), READ));
        byte[] theirs = bytes(other, "erased/remembered.json");
        one.put("erased/remembered.json", Content.of(theirs));
        assertRefused(copy, ErrorCode.WRONG_REPOSITORY);
        one.put("erased/remembered.json", Content.of(new byte[] {'{'}));
        assertRefused(copy, ErrorCode.MANIFEST_DAMAGED);
        copy.remember(new Erasures.Remembered(user(copy.hash(), "1"), READ));
        one.put("erased/read.json", Content.of("{\"format\":2,\"read\":\"today\"}".getBytes(StandardCharsets.UTF_8)));
        assertRefused(copy, ErrorCode.MANIFEST_DAMAGED);
        copy.remember(new Erasures.Remembered(user(copy.hash(), "1"), READ));
        assertThat(remembered(copy).read()).isEqualTo(READ);
    }

    private static void assertRefused(Erasures copy, ErrorCode code) {
        assertThatThrownBy(copy::remembered)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static byte[] bytes(Filestore store, String key) {
        try (InputStream in = store.open(key, 0)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
