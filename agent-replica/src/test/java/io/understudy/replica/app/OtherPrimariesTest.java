package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.metrics.Metrics;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.MarkerBackupMode;
import io.understudy.repository.EpochClaim;
import io.understudy.site.Marker;
import io.understudy.testing.FakeTicker;
import io.understudy.twoprimaries.Sign;
import io.understudy.twoprimaries.TwoPrimaries;
import io.understudy.v1.Announcement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherPrimariesTest {
    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final List<Event> events = new ArrayList<>();
    private final TwoPrimaries two = new TwoPrimaries(
            new Events(time.clock(), (event, at) -> events.add(event)),
            new Metrics("example", "replica", "0.1.0"),
            time.clock());
    private Optional<EpochClaim> held = Optional.of(new EpochClaim(2, "b", time.now(), "promote", "own"));
    private OtherPrimaries others;

    @BeforeEach
    void build() {
        BackupMode backup = new MarkerBackupMode(new Marker(folder.resolve("BACKUP")), "example", time.clock());
        others = new OtherPrimaries("example", backup, () -> held, two);
    }

    private static Announcement from(String site, String role, String claim) {
        return Announcement.newBuilder()
                .setSite(site)
                .setServer("a.example.net")
                .setEpoch(1)
                .setRole(role)
                .setClaim(claim)
                .build();
    }

    @Test
    void aPrimaryThatAnnouncesToAPromotedServerIsSeen() {
        others.accept(from("example", "primary", "theirs"));
        others.look(true);

        assertThat(two.signs())
                .extracting(Sign::text)
                .containsExactly("a.example.net announces that it is in production, with epoch 1");
    }

    @Test
    void soIsOneThatIsFenced() {
        others.accept(from("example", "fenced", "theirs"));
        others.look(true);

        assertThat(two.signs()).extracting(Sign::text).allMatch(text -> text.endsWith("its site may run"));
    }

    @Test
    void neitherItselfNorAStandbyNorAnotherSiteNorALostConnectionIs() {
        others.accept(from("example", "primary", "own"));
        others.look(true);
        others.accept(from("example", "", "theirs"));
        others.look(true);
        assertThat(two.signs()).isEmpty();
        others.accept(from("example", "primary", "theirs"));
        others.accept(from("other", "primary", "theirs"));
        others.look(false);

        assertThat(events).isEmpty();
        others.look(true);
        assertThat(two.signs()).hasSize(1);
    }

    @Test
    void aServerWithoutEpochTakesEveryPrimaryForAnother() {
        held = Optional.empty();
        others.accept(from("example", "primary", "theirs"));
        others.look(true);

        assertThat(two.signs()).hasSize(1);
    }

    @Test
    void aStandbyIsNoSecondPrimary() throws IOException {
        others.accept(from("example", "primary", "theirs"));
        others.look(true);
        Files.createFile(folder.resolve("BACKUP"));
        others.look(true);

        assertThat(two.signs()).isEmpty();
        assertThat(events).extracting(Event::code).containsExactly("two_primaries", "one_primary");
    }
}
