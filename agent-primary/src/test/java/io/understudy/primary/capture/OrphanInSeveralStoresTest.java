package io.understudy.primary.capture;

import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.OrphanTaker.Saved;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreSync;
import io.understudy.repository.Verification;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.InMemoryFilestore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of two filestores one is away while an old primary saves what it never shipped. */
class OrphanInSeveralStoresTest extends OvertakenWithTwoStores {
    private Saved save() {
        return primary.orphanTaker().save(Set.of(), false, Progress.none());
    }

    private Repository in(InMemoryFilestore store) {
        return Repository.open(store, PrimaryFixture.SITE, TrustedKeys.of(primary.key.publicKey()));
    }

    private void assertWholeIn(InMemoryFilestore store, SnapshotId orphan) {
        assertThat(in(store).orphans().list()).containsExactly(orphan);
        new Verification(2).verify(in(store).orphans(), orphan, Progress.none());
    }

    private void caughtUp() {
        primary.time.advance(Duration.ofMinutes(2));
        new StoreSync(2).run(primary.repository, store -> Set.of(), Progress.none());
    }

    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void bothHaveItWhereBothAnswer(CommitRule rule) {
        overtaken(rule);

        assertThat(save().orphan()).isPresent();

        assertWholeIn(primary.filestore, ORPHAN);
        assertWholeIn(second.get(), ORPHAN);
    }

    /** No rule asks for more: it commits nothing. */
    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void oneThatAnswersSufficesAndTheOtherIsCaughtUp(CommitRule rule) {
        overtaken(rule);
        takeAway(second.get());

        assertThat(save().orphan()).isPresent();

        bringBack(second.get());
        assertWholeIn(primary.filestore, ORPHAN);
        assertThat(in(second.get()).orphans().list()).isEmpty();
        caughtUp();
        assertWholeIn(second.get(), ORPHAN);
        takeAway(primary.filestore);
        assertWholeIn(second.get(), ORPHAN);
    }

    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void theMainOneMayBeAway(CommitRule rule) {
        overtaken(rule);
        takeAway(primary.filestore);

        assertThat(save().orphan()).isPresent();

        bringBack(primary.filestore);
        caughtUp();
        assertWholeIn(primary.filestore, ORPHAN);
    }

    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void nothingIsSavedWhereNoneAnswers(CommitRule rule) {
        overtaken(rule);
        takeAway(primary.filestore);
        takeAway(second.get());

        assertThatThrownBy(this::save)
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE));
    }

    /** Run again after a crash, with the other one away: it is found where it is, or saved where it is not. */
    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void theSameCommandAgainFindsItWhereverItIs(CommitRule rule) {
        overtaken(rule);
        takeAway(second.get());
        save();
        bringBack(second.get());
        primary.time.advance(Duration.ofMinutes(2));

        assertThat(save().existed()).isTrue();
        primary.database.rows("1\tfirst", "2\tnever shipped", "3\tlater");
        assertThat(save().existed()).isFalse();

        caughtUp();
        for (InMemoryFilestore store : List.of(primary.filestore, second.get())) {
            assertThat(in(store).orphans().list()).containsExactly(ORPHAN, new SnapshotId(1, 3));
            new Verification(2).verify(in(store).orphans(), new SnapshotId(1, 3), Progress.none());
        }
    }

    /** One that lacks what was shipped last takes no part: what an orphan adds to would not be there. */
    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void noneIsLeftWithoutItsContent(CommitRule rule) {
        overtaken(rule);
        second.get().delete(new SnapshotId(1, 1).key());
        second.get().list("blobs/", "").toList().forEach(each -> second.get().delete(each.key()));

        save();

        assertWholeIn(primary.filestore, ORPHAN);
        assertThat(in(second.get()).orphans().list()).isEmpty();
        caughtUp();
        assertWholeIn(second.get(), ORPHAN);
    }
}
