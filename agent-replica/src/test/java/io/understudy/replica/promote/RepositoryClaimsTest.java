package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.replica.state.Claim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryClaimsTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    Path folder;

    private final InMemoryFilestore filestore = new InMemoryFilestore();
    private Path key;
    private Repository repository;
    private EpochStore epochs;

    @BeforeEach
    void create() {
        key = folder.resolve("signing.pem");
        TrustedKeys trusted = TrustedKeys.of(FastSignatures.key(key).publicKey());
        Repository.create(filestore, UUID.randomUUID(), "example", TrustedKeys.of(), Clock.systemUTC());
        repository = Repository.open(filestore, "example", trusted);
        epochs = new EpochStore(folder.resolve("state"));
    }

    private RepositoryClaims claims(String server, Optional<Path> privateKey) {
        return new RepositoryClaims(() -> repository, new SigningSettings(privateKey, List.of()), epochs, server);
    }

    @Test
    void claimsForThePrimarysAgentOfThisHost() {
        Claim claim = new Claim(1, "a nonce", NOW, "a test");

        claims("standby", Optional.of(key)).claim(claim);
        assertThat(claims("standby", Optional.of(key)).held()).isZero();
        claims("standby", Optional.of(key)).hold(claim);

        assertThat(repository.epochs().highest()).isEqualTo(1);
        assertThat(epochs.require(repository)).isEqualTo(1);
        assertThat(claims("standby", Optional.of(key)).held()).isEqualTo(1);
        assertThat(claims("standby", Optional.of(key)).stands(claim)).isTrue();
        assertThat(claims("standby", Optional.of(key)).highest()).isEqualTo(1);
    }

    @Test
    void repeatsItsOwnClaimButNotAnothers() {
        Claim mine = new Claim(1, "mine", NOW, "a test");
        Claim other = new Claim(1, "other", NOW, "a test");
        claims("standby", Optional.of(key)).claim(mine);
        claims("standby", Optional.of(key)).claim(mine);

        refused(() -> claims("another", Optional.of(key)).claim(other), ErrorCode.EPOCH_TAKEN);
        assertThat(claims("another", Optional.of(key)).stands(other)).isFalse();
    }

    @Test
    void whatNobodyHereCanBelieveIsAnothers() {
        Claim mine = new Claim(2, "mine", NOW, "a test");
        filestore.put("epochs/00000002.json", Content.of("garbage\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(claims("standby", Optional.of(key)).stands(mine)).isFalse();

        filestore.delete("epochs/00000002.json");
        Path stranger = folder.resolve("stranger.pem");
        SigningKey.generate(stranger);
        claims("stranger", Optional.of(stranger)).claim(mine);
        assertThat(claims("standby", Optional.of(key)).stands(mine)).isFalse();
    }

    @Test
    void aFilestoreThatIsAwaySaysNothingOfAClaim() {
        Claim mine = new Claim(2, "mine", NOW, "a test");
        filestore.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));

        refused(() -> claims("standby", Optional.of(key)).stands(mine), ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void needsAKey() {
        refused(() -> claims("standby", Optional.empty()).requireKey(), ErrorCode.KEY_MISSING);
        refused(() -> claims("standby", Optional.of(folder.resolve("none.pem"))).requireKey(), ErrorCode.KEY_MISSING);
    }

    private static void refused(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
