package io.understudy.primary.app;

import io.understudy.events.Events;
import io.understudy.metrics.Metrics;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.capture.LastSequence;
import io.understudy.primary.fence.Fencing;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.primary.fence.TakingOver;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.time.Backoff;
import io.understudy.twoprimaries.TwoPrimaries;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/** What looks for a second primary, of a server without {@code on_fenced}. */
final class OtherPrimaryFixture {
    private OtherPrimaryFixture() {}

    static OtherPrimary of(
            PrimaryFixture primary, Metrics metrics, Followers followers, Announcer announcer, Events events) {
        RoleWatch roles = new RoleWatch(primary.marker, primary.epochs, () -> primary.repository, primary.time);
        return of(
                primary, new TwoPrimaries(events, metrics, primary.time.clock()), followers, announcer, roles, events);
    }

    static OtherPrimary of(
            PrimaryFixture primary,
            TwoPrimaries two,
            Followers followers,
            Announcer announcer,
            RoleWatch roles,
            Events events) {
        SiteStopping none = new SiteStopping(
                Optional.empty(),
                SiteStopping.note(primary.state),
                Runnable::run,
                new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), new Random(1)),
                Optional.of("a boot"),
                events,
                primary.time.clock(),
                primary.time);
        return of(primary, two, followers, announcer, roles, new Fencing(none, Optional.empty()));
    }

    static OtherPrimary of(
            PrimaryFixture primary,
            TwoPrimaries two,
            Followers followers,
            Announcer announcer,
            RoleWatch roles,
            Fencing fencing) {
        return new OtherPrimary(
                two,
                fencing,
                announcer,
                followers,
                roles,
                primary.epochs,
                new LastSequence(primary.state),
                new TakingOver(primary.state));
    }
}
