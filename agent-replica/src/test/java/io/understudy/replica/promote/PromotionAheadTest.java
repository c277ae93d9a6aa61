package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A promotion serves what is loaded ahead, and whatever fails of that it serves what was live. */
class PromotionAheadTest extends StandbyWithAhead {
    @Test
    void servesWhatIsAheadAfterTheSiteCameUpOnItInBackupMode() {
        List<String> starts = new ArrayList<>();
        world.points.always(() -> {
            String now = world.site.startedWith() + (world.marker.named().isPresent() ? " in backup mode" : "");
            if (world.site.starts() > starts.size() + 1) {
                starts.add(now);
            }
        });
        world.time.advance(Duration.ofSeconds(30));
        int before = world.site.starts();

        Report report = promote(PLAIN);

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(AHEAD);
        assertThat(report.origin()).isEqualTo(Origin.AHEAD);
        assertThat(report.serving().flatMap(DatabaseVersion::snapshot)).hasToString("Optional[" + AHEAD + "]");
        assertThat(report.age())
                .contains(Duration.between(
                        FakeSource.MOMENT.plusSeconds(2), world.time.clock().instant()));
        assertThat(report.warnings()).isEmpty();
        assertThat(world.site.starts()).isEqualTo(before + 2);
        assertThat(starts.get(0)).isEqualTo(AHEAD + " in backup mode");
        assertThat(world.store.record().ahead()).isEmpty();
        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    @Test
    void servesTheProvenOneAtOnceWhenAskedTo() {
        int before = world.site.starts();

        Report report = promote(PROVEN);

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(report.origin()).isEqualTo(Origin.LIVE);
        assertThat(world.site.starts()).isEqualTo(before + 1);
    }

    @Test
    void aMarkerRemovedByHandServesWhatIsLive() {
        world.marker.removeByHand();

        world.agent().promotion().lead();

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(LIVE);
    }

    @Test
    void aSecondPromotionFindsThatAllIsDone() {
        promote(PLAIN);
        int starts = world.site.starts();

        assertThat(promote(PLAIN).already()).isTrue();
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.content()).isEqualTo(AHEAD);
    }

    @Test
    void aSiteThatDoesNotComeUpOnItServesTheProvenOne() {
        world.site.sickWith(AHEAD);

        Report report = promote(PLAIN);

        assertServesProven(world, report, ErrorCode.SITE_UNHEALTHY);
        assertThat(report.warnings()).isEmpty();
        assertThat(world.site.startedWith()).isEqualTo(LIVE);
        assertThat(world.store.record().failedAttempt(SnapshotId.parse(AHEAD)))
                .hasValueSatisfying(each -> assertThat(each.rejection()).isTrue());
    }

    @Test
    void whatIsNotNewerThanWhatIsLiveIsNotApplied() {
        Following live = (Following) world.store.state();
        SnapshotId newer = new SnapshotId(1, 3);
        world.store.change(record -> record.with(new Following(
                new DatabaseVersion(
                        live.current().database(),
                        Optional.of(newer),
                        live.current().moment(),
                        live.current().plans()),
                true,
                live.since(),
                Optional.empty())));

        assertThat(world.store.record().ahead()).isPresent();
        assertThat(AheadStep.in(world.store.record())).isEmpty();
    }

    @Test
    void waitsForALoadAheadButForNoOther() {
        List<Boolean> ends = new ArrayList<>();
        RoundControl ahead = new RoundControl();
        world.databases.duringLoad(() -> ends.add(ahead.isEndingSoon()));
        world.source.continuous(1, 3, SnapshotId.parse(LIVE));
        world.agent().round().run(ImportRequest.newest(), ahead);
        RoundControl whole = new RoundControl();
        world.databases.duringLoad(() -> ends.add(whole.isEndingSoon()));
        world.source.commit(1, 4);
        world.agent().round().run(ImportRequest.newest(), whole);

        assertThat(ends).containsExactly(true, false);
    }

    @Test
    void saysThatALoadWasGivenUpForIt() {
        world.store.change(ReplicaRecord::withoutAhead);

        Report report = world.agent().promotion().promote(PLAIN, true);

        assertServesProven(world, report, ErrorCode.LOAD_FAILED);
        assertThat(following().agent().promotion().promote(PROVEN, true).origin())
                .isEqualTo(Origin.LIVE);
    }

    @Test
    void saysSoAlsoWhereItLeftAheadWhatWas() {
        List<ErrorCode> missed = new ArrayList<>();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.NewerNotServed not) {
                missed.add(not.why().code());
            }
        });

        Report report = world.agent().promotion().promote(PLAIN, true);

        assertThat(report.origin().ahead()).isTrue();
        assertThat(report.origin().missed()).isPresent();
        assertThat(missed).containsExactly(ErrorCode.LOAD_FAILED);
    }

    @Test
    void doesNotTryAgainWhatTheSiteDidNotComeUpOn() {
        world.store.change(record -> record.withFailure(FailedAttempt.rejection(
                SnapshotId.parse(AHEAD),
                io.understudy.replica.events.Step.PROVE,
                READ_ONLY,
                world.time.clock().instant())));
        int before = world.site.starts();

        promote(PLAIN);

        assertPromoted(world);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(world.site.starts()).isEqualTo(before + 1);
    }

    @Test
    void needsNothingOfTheFilestoreForTheApply() {
        world.source.goDown();
        world.claims.goDown();

        Report report = promote(UNFENCED);

        assertThat(world.content()).isEqualTo(AHEAD);
        assertThat(report.origin().ahead()).isTrue();
        assertThat(report.claimed()).isFalse();
        assertThat(world.marker.on()).isFalse();
    }

    @Test
    void aPromotionThatIsRefusedLeavesTheSiteAlone() {
        byte[] before = world.file.read().orElseThrow();
        int starts = world.site.starts();
        world.claims.goDown();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();
        world.claims.takenByAnother(2);
        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(world.file.read().orElseThrow()).isEqualTo(before);
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void dataOfBeforeAnothersPromotionIsNeverMadeLiveAlsoByForce() {
        world.claims.takenByAnother(2);
        int starts = world.site.starts();

        Report report = promote(FORCED);

        assertThat(report.epoch()).isEqualTo(3);
        assertServesProven(world, report, ErrorCode.EPOCH_TAKEN, 3);
        assertThat(world.site.starts()).isEqualTo(starts + 1);
    }

    @Test
    void dataOfBeforeThisServersOwnEpochIsNeverMadeLiveWithoutTheFilestoreEither() {
        world.claims.hold(new EpochClaim(4, "standby", world.time.clock().instant(), "promote", "before"));
        world.claims.goDown();

        Report report = promote(UNFENCED);

        assertThat(report.origin().why().map(UnderstudyException::code)).contains(ErrorCode.EPOCH_TAKEN);
        assertThat(world.content()).isEqualTo(LIVE);
    }

    @Test
    void forceRepeatsItsOwnClaimAndServesWhatIsAhead() {
        world.claims.loseAcknowledgements();
        refused(() -> promote(PLAIN), ErrorCode.FILESTORE_UNREACHABLE);
        world.claims.comeBack();
        // The apply of that attempt stands; a newer one came since.
        ahead(world, 1, 3);

        Report report = promote(FORCED);

        assertThat(report.epoch()).isEqualTo(2);
        assertThat(world.content()).isEqualTo("00000001-00000003");
    }

    @Test
    void whatIsOfTheNextEpochIsServedAndClaimsTheOneAfter() {
        World one = following();
        one.claims.takenByAnother(2);
        ahead(one, 2, 5);

        Report report = one.agent().promotion().promote(PLAIN);

        assertThat(report.epoch()).isEqualTo(3);
        assertThat(one.content()).isEqualTo("00000002-00000005");
    }

    @Test
    void whatWasLiveOfAnEarlierEpochIsNotPromotedInItsPlaceUnlessByForce() {
        World one = following();
        one.claims.takenByAnother(2);
        ahead(one, 2, 5);
        one.site.sickWith("00000002-00000005");

        refused(() -> one.agent().promotion().promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(one.content()).isEqualTo(LIVE);
        assertThat(one.marker.on()).isTrue();
        assertWhole(one);
        assertThat(one.agent().promotion().promote(FORCED).epoch()).isEqualTo(3);
        assertPromoted(one, 3);
        assertThat(one.content()).isEqualTo(LIVE);
    }

    @Test
    void aClaimThatIsLostAfterTheApplyLeavesAStandbyWithTheNewerData() {
        world.points.always(() -> {
            if (world.site.startedWith().equals(AHEAD)) {
                world.claims.takenByAnother(2);
            }
        });

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);

        assertThat(world.marker.on()).isTrue();
        assertThat(world.content()).isEqualTo(AHEAD);
        assertThat(world.store.state()).isInstanceOf(Following.class);
    }
}
