package io.understudy.primary.retention;

import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreSync;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of two filestores the second has a rule of its own, and keeps more. */
class RetentionPerStoreTest extends FiveHourlySnapshots {
    private static final RetentionSettings LAST_FOUR =
            new RetentionSettings(Map.of("hourly", 4), Duration.ofMinutes(200), 1, GRACE, Duration.ofDays(90), true);
    private static final RetentionRules RULES = new RetentionRules(LAST_TWO, Map.of("second", LAST_FOUR));

    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final Whole wholeSecond = new Whole(second);
    private final SeveralFilestores both = SeveralInMemory.of(CommitRule.ANY, time, filestore, second);
    private final List<PrimaryEvent.PruningFailed> failed = new ArrayList<>();
    private final Events sinks = new Events(time.clock(), (event, at) -> {
        if (event instanceof PrimaryEvent.PruningFailed failure) {
            failed.add(failure);
        }
    });

    @BeforeEach
    @Override
    void fiveHours() {
        Server.create(both, time);
        server = new Server("a", folder, both, time, time);
        server.claim(1);
        for (int hour = 1; hour <= 5; hour++) {
            server.words("common", "word " + hour);
            server.take("hourly");
            time.advance(Duration.ofHours(1));
        }
        time.advance(GRACE);
    }

    private Pruning pruning(RetentionRules rules) {
        return server.pruning(rules, sinks);
    }

    private List<SnapshotId> in(InMemoryFilestore store) {
        return Repository.open(store, Server.SITE, TrustedKeys.of(Server.KEY.publicKey()))
                .list();
    }

    private void sync(Pruning pruning) {
        new StoreSync(2).run(server.repository(), pruning::kept, Progress.none());
    }

    @Test
    void eachKeepsWhatItsOwnRuleKeepsAndNoContentElse() {
        assertThat(pruning(RULES).explain(Progress.none()))
                .extracting(Pruned::filestore, Pruned::dryRun, Pruned::kept, Pruned::deleted)
                .containsExactly(tuple(Optional.of("main"), true, 2L, 3L), tuple(Optional.of("second"), true, 4L, 1L));
        assertThat(pruning(RULES).prune(Progress.none()))
                .extracting(Pruned::filestore, Pruned::kept, Pruned::deleted)
                .containsExactly(tuple(Optional.of("main"), 2L, 3L), tuple(Optional.of("second"), 4L, 1L));

        assertThat(in(filestore)).containsExactly(id(4), id(5));
        assertThat(in(second)).containsExactly(id(2), id(3), id(4), id(5));
        assertThat(whole.blobs()).isEqualTo(whole.needed());
        assertThat(wholeSecond.blobs()).isEqualTo(wholeSecond.needed());
        assertThat(snapshots()).as("together").containsExactly(id(2), id(3), id(4), id(5));
    }

    @Test
    void catchUpBringsBackWhatARuleKeepsAndNothingElse() {
        second.delete(id(3).key());
        sync(pruning(RULES));
        assertThat(in(second)).as("by its own rule").hasSize(5);

        pruning(RULES).prune(Progress.none());
        second.delete(id(4).key());
        sync(pruning(RULES));
        assertThat(in(filestore)).containsExactly(id(4), id(5));
        assertThat(in(second)).containsExactly(id(2), id(3), id(4), id(5));

        sync(pruning(RetentionRules.same(LAST_FOUR)));
        assertThat(in(filestore)).as("where the rule keeps more from now on").isEqualTo(in(second));
        whole.check();
    }

    /** The report is in the other filestore only. */
    @Test
    void whatAStandbyHoldsStaysInEach() {
        takeAway(second);
        report("standby-1", id(1));
        bringBack(second);
        time.advance(Duration.ofMinutes(2));

        pruning(RULES).prune(Progress.none());
        assertThat(in(filestore)).containsExactly(id(1), id(4), id(5));
        assertThat(in(second)).hasSize(5);
    }

    @Test
    void theNewestStaysInEachWhateverItsRule() {
        RetentionSettings none = new RetentionSettings(Map.of("hourly", 0), 1, GRACE, true);
        pruning(new RetentionRules(LAST_FOUR, Map.of("second", none))).prune(Progress.none());
        assertThat(in(second)).containsExactly(id(5));
        server.words("common", "word 6");
        assertThat(server.take("hourly")).isEqualTo(id(6));
        assertThat(in(second)).containsExactly(id(5), id(6));
        wholeSecond.check();
    }

    @Test
    void oneThatCannotBeReadIsLeftAloneAndTheOtherIsPruned() {
        pruning(RetentionRules.same(LAST_FOUR)).prune(Progress.none());
        second.put(id(4).key(), Content.of(new byte[] {'j'}));

        List<Pruned> pruned = pruning(RULES).prune(Progress.none());

        assertThat(in(filestore)).containsExactly(id(4), id(5));
        assertThat(in(second)).hasSize(4);
        assertThat(pruned.get(0).refused()).isEmpty();
        assertThat(pruned.get(1).refused().map(UnderstudyException::code)).contains(ErrorCode.MANIFEST_DAMAGED);
        assertThat(failed).extracting(PrimaryEvent.PruningFailed::filestore).containsExactly(Optional.of("second"));
    }

    /** A snapshot that one filestore has is still one that was genuine, although the others have dropped it. */
    @Test
    void whatOnlyOneKeepsIsGenuineAndNoJunkWhenItIsDamaged() {
        pruning(RULES).prune(Progress.none());
        second.put(id(2).key(), Content.of(new byte[] {'j'}));
        assertThat(pruning(RULES).prune(Progress.none()).get(1).refused()).isPresent();
    }

    @Test
    void aClaimInOneFilestoreStopsTheDeletionsInAll() {
        Repository elsewhere = Repository.open(second, Server.SITE, TrustedKeys.of(Server.KEY.publicKey()));
        elsewhere
                .epochs()
                .claim(new EpochClaim(Optional.of(elsewhere.id()), 2, "b", time.now(), "promote", "n"), Server.KEY);
        assertThat(failure(() -> pruning(RULES).prune(Progress.none())).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(in(filestore)).hasSize(5);
        assertThat(failed).extracting(PrimaryEvent.PruningFailed::filestore).containsExactly(Optional.empty());
    }

    @Test
    void theDaemonPrunesThoseThatAreDue() {
        RetentionSettings byHand = new RetentionSettings(Map.of("hourly", 3), 1, GRACE, false);
        Pruning pruning = pruning(new RetentionRules(LAST_TWO, Map.of("second", byHand)));
        assertThat(pruning.isDue()).isTrue();
        assertThat(pruning.pruneDue(Progress.none()))
                .extracting(Pruned::filestore)
                .containsExactly(Optional.of("main"));
        assertThat(pruning.isDue()).isFalse();
        assertThat(in(second)).hasSize(5);

        filestore.inject((operation, key) ->
                key.equals("retention.json") ? new Fail(ErrorCode.FILESTORE_UNREACHABLE) : new Faults.None());
        assertThat(failure(pruning::isDue).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void continuousOnesAreKeptAsLongAsEachRuleSays() {
        ContinuousRetention continuous = new ContinuousRetention(server.host(), RULES, sinks);
        for (int i = 1; i <= 3; i++) {
            time.advance(Duration.ofMinutes(61));
            server.words("common", "continuous " + i);
            continuous.committed(server.repository().read(server.take("continuous")));
        }
        continuous.delete();
        assertThat(in(filestore)).doesNotContain(id(6), id(7)).contains(id(8));
        assertThat(in(second)).contains(id(6), id(7), id(8));

        takeAway(filestore);
        for (int i = 4; i <= 5; i++) {
            time.advance(Duration.ofMinutes(61));
            server.words("common", "continuous " + i);
            continuous.committed(server.repository().read(server.take("continuous")));
        }
        continuous.delete();
        assertThat(in(second)).doesNotContain(id(6)).contains(id(7), id(8), id(9), id(10));
        bringBack(filestore);
        time.advance(Duration.ofMinutes(2));
        continuous.delete();
        assertThat(in(filestore)).as("its newest, while it is behind").contains(id(8));
        sync(pruning(RULES));
        continuous.delete();
        assertThat(in(filestore))
                .as("when it is caught up")
                .doesNotContain(id(8))
                .contains(id(10));
    }
}
