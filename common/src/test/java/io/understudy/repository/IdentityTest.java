package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code understudy.json}, which nothing signs, may hold anything. */
class IdentityTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final UUID ID = new UUID(7, 7);
    private static final String OTHER = "00000000-0000-0007-0000-000000000008";

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);

    @BeforeEach
    void create() {
        Repository.create(store, ID, SITE, TrustedKeys.of(KEY.publicKey()), time.clock())
                .epochs()
                .claim(EpochsTest.claim(1, "a"), KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "junk",
                "[1]",
                "{",
                "null",
                "{\"format\":2}",
                "{\"format\":99999999999999}",
                "{\"format\":3,\"repository\":\"00000000-0000-0007-0000-000000000007\",\"site\":\"example\"}",
                "{\"format\":1,\"repository\":\"00000000-0000-0007-0000-000000000007\",\"site\":\"example\"}",
                "{\"format\":2,\"repository\":\"00000000-0000-0007-0000-000000000007\",\"site\":\"another\"}",
                "{\"format\":2,\"repository\":\"00000000-0000-0007-0000-000000000008\",\"site\":\"example\"}",
                "{\"format\":2,\"repository\":\"no uuid\",\"site\":\"example\"}",
            })
    void aServerThatKnowsTheRepositoryGoesOnWithIt(String junk) {
        store.put(Identity.KEY, Content.of(Samples.text(junk)));
        stays();
    }

    @Test
    void itsReportIsOneLine() {
        store.put(Identity.KEY, Content.of(Samples.text("junk")));
        assertThat(known().identityJunk().orElseThrow().why().getMessage())
                .contains("is not readable (Unrecognized token 'junk'")
                .doesNotContain("\n")
                .doesNotContain("Source");
    }

    @Test
    void aServerThatKnowsTheRepositoryGoesOnWithoutIt() {
        store.delete(Identity.KEY);
        stays();
        store.put(Identity.KEY, Content.of(new byte[65 << 10]));
        stays();
        store.inject((operation, key) ->
                key.equals(Identity.KEY) ? new Faults.Fail(ErrorCode.FILESTORE_DENIED) : new Faults.None());
        assertThat(known().identityJunk().orElseThrow().why().code()).isEqualTo(ErrorCode.FILESTORE_DENIED);
    }

    private void stays() {
        Repository repository = known();
        assertThat(repository.id()).isEqualTo(ID);
        JunkObject junk = repository.identityJunk().orElseThrow();
        assertThat(junk.text()).startsWith("understudy.json is junk and is passed over: ");
        assertThat(junk.hint()).endsWith("agent-primary init --repair on the primary");
        repository.epochs().claim(EpochsTest.claim(2, "b"), KEY);
        repository.commit(Manifests.sample(id(2, 1)), KEY);

        repository.repairIdentity();

        assertThat(repository.identityJunk()).isEmpty();
        assertThat(Repository.open(store, SITE, TrustedKeys.of(), time.clock()).id())
                .isEqualTo(ID);
        store.delete(Epochs.key(2));
        store.delete(id(2, 1).key());
    }

    @Test
    void aServerThatDoesNotKnowItIsTheOneThatAsks() {
        store.put(Identity.KEY, Content.of(Samples.text("junk")));
        UnderstudyException e = failure(Optional.empty());
        assertThat(e.code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        assertThat(e.hint()).contains("agent-primary init --repair on the primary");
    }

    /** The mount is away, or filestore.url is wrong: a server that went on would begin a repository there. */
    @Test
    void anEmptyPlaceIsNotTheKnownRepository() {
        store.keys().forEach(store::delete);
        assertThat(failure(Optional.of(ID)).code()).isEqualTo(ErrorCode.REPOSITORY_MISSING);
    }

    /** The site's repository was created again: what this server knew is not there. */
    @Test
    void anotherRepositoryThatIsSignedIsAnother() {
        store.keys().forEach(store::delete);
        UUID other = UUID.fromString(OTHER);
        Repository.create(store, other, SITE, TrustedKeys.of(KEY.publicKey()), time.clock())
                .epochs()
                .claim(EpochsTest.claim(1, "a"), KEY);
        assertThat(known().id()).isEqualTo(other);
    }

    /** The first claim may be junk too: a snapshot is as good. */
    @Test
    void aSnapshotShowsTheKnownRepositoryAsAClaimDoes() {
        known().commit(Manifests.sample(id(1, 1)), KEY);
        store.put(Epochs.key(1), Content.of(new byte[1]));
        store.delete(Identity.KEY);
        assertThat(known().id()).isEqualTo(ID);
    }

    @Test
    void aFilestoreThatIsAwayJudgesNothing() {
        store.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(Optional.of(ID)).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void aCopyWritesAgainWhatCannotBeRead() {
        InMemoryFilestore copy = new InMemoryFilestore(time);
        copy.put(Identity.KEY, Content.of(Samples.text("junk")));
        assertThat(RepositoryCopy.idIn(copy)).isEmpty();
        RepositoryCopy.open(copy, known());
        assertThat(RepositoryCopy.idIn(copy)).contains(ID);
    }

    private Repository known() {
        return Repository.open(store, SITE, TrustedKeys.of(KEY.publicKey()), time.clock(), Optional.of(ID));
    }

    private UnderstudyException failure(Optional<UUID> known) {
        return catchThrowableOfType(
                UnderstudyException.class,
                () -> Repository.open(store, SITE, TrustedKeys.of(KEY.publicKey()), time.clock(), known));
    }
}
