package io.understudy.replica.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.state.ReplicaState.Promoted;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** A standby that has a newer snapshot loaded ahead. */
abstract class StandbyWithAhead extends FollowingStandby {
    static final String LIVE = "00000001-00000001";

    static final String AHEAD = "00000001-00000002";

    static final UnderstudyException READ_ONLY =
            new UnderstudyException(ErrorCode.FILE_FAILED, "cannot write: Read-only file system", "remount it");

    @BeforeEach
    void load() {
        ahead(world, 1, 2);
    }

    static World withAhead() {
        World world = following();
        ahead(world, 1, 2);
        return world;
    }

    static io.understudy.postgres.DatabaseIdentity spare(World world) {
        return world.databases.find(FakeDatabases.SPARE).orElseThrow();
    }

    static void assertServesProven(World world, Report report, ErrorCode why) {
        assertServesProven(world, report, why, 2);
    }

    static void assertServesProven(World world, Report report, ErrorCode why, int epoch) {
        assertPromoted(world, epoch);
        assertThat(world.content()).isEqualTo(LIVE);
        assertThat(report.origin().ahead()).isFalse();
        assertThat(report.origin().why().map(UnderstudyException::code)).isEqualTo(Optional.of(why));
    }

    static void assertWhole(World world) {
        assertThat(world.content()).isNotEqualTo("mixed");
        assertThat(world.site.running()).isTrue();
    }

    static void assertPromoted(World world) {
        assertPromoted(world, 2);
    }

    static void assertPromoted(World world, int epoch) {
        assertThat(world.store.state())
                .isInstanceOfSatisfying(
                        Promoted.class, it -> assertThat(it.claimed()).isTrue());
        assertThat(world.marker.on()).isFalse();
        assertThat(world.claims.held()).isEqualTo(epoch);
        assertThat(world.site.running()).isTrue();
    }
}
