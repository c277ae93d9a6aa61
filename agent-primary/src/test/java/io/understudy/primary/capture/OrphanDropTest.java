package io.understudy.primary.capture;

import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.OrphanDrop;
import io.understudy.repository.Repository;
import io.understudy.repository.StoreSync;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An orphan in two filestores is deleted in both of them, or in none. */
class OrphanDropTest extends OvertakenWithTwoStores {
    private void saved(CommitRule rule) {
        overtaken(rule);
        primary.orphanTaker().save(Set.of(), false, Progress.none());
    }

    private Repository in(InMemoryFilestore store) {
        return Repository.open(store, PrimaryFixture.SITE, TrustedKeys.of(primary.key.publicKey()));
    }

    private void drop() {
        OrphanDrop.drop(primary.repository, ORPHAN);
    }

    private void assertIn(boolean there) {
        primary.time.advance(Duration.ofMinutes(2));
        new StoreSync(2).run(primary.repository, store -> Set.of(), Progress.none());
        for (InMemoryFilestore store : List.of(primary.filestore, second.get())) {
            assertThat(in(store).orphans().holds(ORPHAN)).isEqualTo(there);
        }
    }

    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void goesFromBothAndDoesNotComeBack(CommitRule rule) {
        saved(rule);

        drop();

        assertIn(false);
    }

    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void isRefusedWhileOneIsAway(CommitRule rule) {
        saved(rule);
        for (InMemoryFilestore away : List.of(primary.filestore, second.get())) {
            takeAway(away);

            assertThatThrownBy(this::drop).isInstanceOfSatisfying(UnderstudyException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
                assertThat(e).hasMessageContaining("has to answer too").hasMessageContaining("nothing is deleted");
                assertThat(e.hint()).contains("run orphans drop " + ORPHAN + " again");
            });

            bringBack(away);
            assertIn(true);
        }
        drop();
        assertIn(false);
    }

    /** It looked well, and fails in the middle: the error says where the orphan is gone, and the rest goes later. */
    @ParameterizedTest
    @EnumSource(CommitRule.class)
    void saysWhereItIsGoneWhereOneFailsInTheMiddle(CommitRule rule) {
        saved(rule);
        second.get()
                .inject((operation, key) ->
                        operation == Operation.DELETE ? new Fail(ErrorCode.FILESTORE_FAILED) : new Faults.None());

        assertThatThrownBy(this::drop)
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("it is deleted in main");

        second.get().inject((operation, key) -> new Faults.None());
        drop();
        assertIn(false);
    }
}
