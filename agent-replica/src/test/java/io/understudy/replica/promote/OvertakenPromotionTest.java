package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.repository.EpochClaim;
import org.junit.jupiter.api.Test;

/** A promotion of a server that noted that another one was promoted after it. */
class OvertakenPromotionTest extends FollowingStandby {
    /** The filestore, which could say it, is away, and an operator types it on the wrong server. */
    @Test
    void aServerThatWasOvertakenIsNoPrimaryThoughTheFilestoreIsAway() {
        promote(PLAIN);
        world.claims.seeAnother(world.claims.held() + 1);
        world.claims.goDown();
        int restarts = world.site.restarts();

        refused(() -> promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        refused(() -> promote(UNFENCED), ErrorCode.EPOCH_TAKEN);
        refused(() -> promote(RESTART), ErrorCode.EPOCH_TAKEN);

        Promotion.Request overIt = new Promotion.Request("over it", true, true, false);
        refused(() -> promote(overIt), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(world.site.restarts()).isEqualTo(restarts);
        world.claims.comeBack();
        world.claims.takenByAnother(3);
        Report report = promote(overIt);
        assertThat(report.epoch()).as("by force it is").isEqualTo(4);
        assertThat(report.claimed()).isTrue();
    }

    @Test
    void anOldPrimaryThatWasOvertakenIsNoPrimaryThoughTheFilestoreIsAway() {
        World old = new World();
        old.databases.create(FakeDatabases.LIVE);
        old.claims.hold(new EpochClaim(1, "old", old.time.now(), "init", "mine"));
        old.claims.seeAnother(old.claims.held() + 1);
        old.claims.goDown();
        int restarts = old.site.restarts();

        refused(() -> old.agent().promotion().promote(PLAIN), ErrorCode.EPOCH_TAKEN);
        refused(() -> old.agent().promotion().promote(RESTART), ErrorCode.EPOCH_TAKEN);
        assertThat(old.site.restarts()).isEqualTo(restarts);
    }
}
