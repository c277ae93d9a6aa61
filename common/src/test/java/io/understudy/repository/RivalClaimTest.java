package io.understudy.repository;

import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RivalClaimTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final EpochClaim OWN = EpochsTest.claim(2, "a");
    private static final EpochClaim OTHER = EpochsTest.claim(2, "b");

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);

    private static Epochs of(Filestore store) {
        return new Epochs(store, Manifests.SITE, Manifests.REPOSITORY, TrustedKeys.of(KEY.publicKey()));
    }

    private Epochs both() {
        return of(SeveralInMemory.of(CommitRule.ALL, time, Map.of(), main, second));
    }

    @Test
    void thereIsNoneWhereTheEpochIsFreeOrItsOwn() {
        assertThat(RivalClaim.isThere(of(main), OWN)).isFalse();
        of(main).claim(OWN, KEY);
        assertThat(RivalClaim.isThere(of(main), OWN)).isFalse();
    }

    @Test
    void anothersOfTheSameEpochIsOne() {
        of(main).claim(OTHER, KEY);
        assertThat(RivalClaim.isThere(of(main), OWN)).isTrue();
    }

    /** Its disk took no note of the promotion that made it: the only server in production would stop its site. */
    @Test
    void oneThatThisServerSentAndForgotIsNone() {
        of(main).claim(OWN, KEY);
        EpochClaim again = new EpochClaim(2, OWN.server(), OWN.when(), OWN.reason(), "another nonce");

        assertThat(RivalClaim.isThere(of(main), again)).isFalse();
        of(main).claim(EpochsTest.claim(3, "b"), KEY);
        assertThat(RivalClaim.isThere(of(main), again)).isTrue();
    }

    @Test
    void oneOfAHigherEpochIsOneAlsoWhereTheOwnStands() {
        of(main).claim(OWN, KEY);
        of(main).claim(EpochsTest.claim(3, "b"), KEY);
        assertThat(RivalClaim.isThere(of(main), OWN)).isTrue();
    }

    @Test
    void whatNoTrustedKeySignedIsNone() {
        main.put("epochs/00000002.json", Content.of("junk\n".getBytes(StandardCharsets.UTF_8)));
        of(main).claim(EpochsTest.claim(3, "b"), SigningKey.generate());
        assertThat(RivalClaim.isThere(of(main), OWN)).isFalse();
    }

    @Test
    void inSeveralFilestoresItIsOneWhereNoneHasTheOwn() {
        of(main).claim(OTHER, KEY);
        assertThat(RivalClaim.isThere(both(), OWN)).isTrue();
        of(second).claim(OTHER, KEY);
        assertThat(RivalClaim.isThere(both(), OWN)).isTrue();
    }

    /** Neither of the two stands, and both would stop their sites. */
    @Test
    void twoOfOneEpochEachInAnotherFilestoreAreNoRivals() {
        of(main).claim(OTHER, KEY);
        of(second).claim(OWN, KEY);
        assertThat(RivalClaim.isThere(both(), OWN)).isFalse();
        assertThat(RivalClaim.isThere(both(), OTHER)).isFalse();
    }

    /** The own one may stand in the one that is away. */
    @Test
    void whileOneIsAwayItIsNotKnown() {
        of(main).claim(OTHER, KEY);
        Epochs both = both();
        takeAway(second);
        assertThatThrownBy(() -> RivalClaim.isThere(both, OWN)).isInstanceOf(UnderstudyException.class);
        bringBack(second);
        assertThat(RivalClaim.isThere(both(), OWN)).isTrue();
    }
}
