package io.understudy.primary.announce;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.FakeTicker;
import io.understudy.v1.ReplicaReport;
import org.junit.jupiter.api.Test;

/** What the primary sees of the standby that took its site over. */
class PromotedFollowerTest {
    private final Followers followers = new Followers(new FakeTicker().clock());
    private final FollowedReports standby = new FollowedReports(followers, announcement -> {});

    @Test
    void aStandbyIsPromotedWhenItSaysSoAndAsLongAsItIsConnected() {
        assertThat(followers.isPromoted("b")).isFalse();
        report("b", "promoting");
        assertThat(followers.isPromoted("b")).as("its site is being restarted").isFalse();
        report("b", "promoted");
        assertThat(followers.isPromoted("b")).isTrue();
        assertThat(followers.isPromoted("c")).isFalse();

        standby.leave();
        assertThat(followers.isPromoted("b")).isFalse();
    }

    private void report(String name, String state) {
        standby.report(
                "peer", ReplicaReport.newBuilder().setName(name).setState(state).build());
    }
}
