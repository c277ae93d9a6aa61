package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.S3Options.Lock;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot of the schedule that is not needed, because the newest one holds the same. */
class UnchangedSnapshotTest {
    private static final SnapshotId FIRST = new SnapshotId(1, 1);
    private static final SnapshotId SECOND = new SnapshotId(1, 2);

    @TempDir
    private Path folder;

    private PrimaryFixture primary;
    private SnapshotTaker taker;
    private final List<Event> events = new ArrayList<>();

    @BeforeEach
    void first() {
        primary = new PrimaryFixture(folder);
        taker = taker();
        assertThat(due("hourly")).as("the first one").isPresent();
        primary.time.advance(Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsCommittedAndTheRunIsNoted(boolean restarted) {
        taker = restarted ? taker() : taker;
        Instant looked = primary.time.now();

        assertThat(due("daily", "hourly")).isEmpty();

        assertThat(primary.repository.list()).containsExactly(FIRST);
        assertThat(events).contains(new PrimaryEvent.SnapshotUnneeded(FIRST, List.of("daily", "hourly")));
        assertThat(noted()).contains(looked);
        assertThat(primary.database.captures()).isEqualTo(restarted ? 2 : 1);
    }

    /** A transaction of another database says nothing: all is read and found to be the same. */
    @Test
    void whatLooksLikeAChangeAndIsNoneIsNoSnapshot() {
        primary.database.endElsewhere();
        assertThat(due("hourly")).isEmpty();
        assertThat(primary.database.captures()).isEqualTo(2);
        assertThat(noted()).contains(primary.time.now());
    }

    @Test
    void aChangeOfRowsIsASnapshot() {
        primary.database.rows("1\tother");
        assertThat(due("hourly").orElseThrow().manifest().snapshot()).isEqualTo(SECOND);
        assertThat(noted()).isEmpty();
    }

    @Test
    void aChangeOfAFileIsASnapshot() throws IOException {
        Files.writeString(primary.media.resolve("b.txt"), "another");
        assertThat(due("hourly").orElseThrow().manifest().periods()).containsExactly("hourly");
    }

    /** Retention would delete the one that is there by another count, or would keep none for the label. */
    @ParameterizedTest
    @ValueSource(strings = {"release", "bimonthly", "all"})
    void aLabelForWhichItDoesNotStandIsASnapshot(String label) {
        assertThat(due(label)).isPresent();
        primary.time.advance(Duration.ofHours(1));
        assertThat(due(label)).as("the one that carries it").isEmpty();
    }

    /** The daily may go before the hourlies of its day do, and none of them would hold what it held. */
    @Test
    void aDailyDoesNotStandForAnHourly() {
        primary.database.rows("1\tother");
        assertThat(due("daily")).isPresent();
        primary.time.advance(Duration.ofMinutes(30));
        assertThat(due("hourly")).isPresent();
        primary.time.advance(Duration.ofHours(1));
        assertThat(due("daily", "hourly")).as("the hourly stands for both").isEmpty();
    }

    /** The last hourly of a day may go as its day has a daily, and then nothing would be left of the day after. */
    @Test
    void anHourlyDoesNotStandForTheDailyOfAnotherDay() {
        primary.time.advance(Duration.ofDays(1));
        assertThat(due("hourly")).as("the hourly of the day before").isEmpty();
        assertThat(due("daily")).isPresent();
        primary.time.advance(Duration.ofDays(1));
        assertThat(due("daily")).as("the daily of the day before").isEmpty();
    }

    @Test
    void aDayIsThatOfTheZoneOfTheSchedule() {
        SnapshotSource source = primary.source();
        SnapshotSource west = new SnapshotSource(
                source.server(),
                source.version(),
                source.database(),
                source.files(),
                source.trees(),
                source.processors(),
                source.clock().withZone(ZoneOffset.ofHours(-5)),
                source.ticker());
        taker = primary.taker(west, new Events(primary.time.clock(), (event, at) -> events.add(event)));
        Instant midnight = primary.time.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));
        primary.time.advance(Duration.between(primary.time.now(), midnight.minus(Duration.ofMinutes(30))));
        primary.database.rows("1\tother");
        assertThat(due("hourly")).isPresent();
        primary.time.advance(Duration.ofHours(1));
        assertThat(due("daily")).as("there it is the evening of the same day").isEmpty();
        primary.time.advance(Duration.ofHours(5));
        assertThat(due("daily")).isPresent();
    }

    /** A standby does not become live with a continuous one, which also goes within the hour. */
    @Test
    void aContinuousOneStandsForNone() {
        primary.database.rows("1\tother");
        assertThat(taker.takeIfChanged(Progress.none()).taken()).isPresent();
        assertThat(due("hourly").orElseThrow().manifest().snapshot()).isEqualTo(new SnapshotId(1, 3));
        assertThat(due("hourly")).isEmpty();
    }

    @Test
    void oneThatIsGoneStandsForNone() {
        primary.repository.delete(FIRST);
        assertThat(due("hourly")).isPresent();
    }

    @Test
    void oneThatIsDamagedStandsForNone() {
        assertThat(due("hourly")).isEmpty();
        primary.database.rows("1\tother");
        assertThat(due("hourly")).isPresent();
        primary.filestore.put(SECOND.key(), Content.of("broken".getBytes(StandardCharsets.UTF_8)));
        primary.database.rows("1\tfirst");
        taker = taker();
        assertThat(due("hourly")).as("the one before holds the same").isPresent();
    }

    @Test
    void eachEpochHasOneOfItsOwn() {
        EpochClaim second = new EpochClaim(Optional.of(primary.repository.id()), 2, "a", primary.time.now(), "x", "n");
        primary.repository.epochs().claim(second, primary.key);
        primary.epochs.hold(second);
        assertThat(due("hourly").orElseThrow().manifest().snapshot().epoch()).isEqualTo(2);
    }

    @Test
    void afterAFaultWasFoundAllIsStoredAgain() {
        new FullSnapshotFlag(primary.state).raise("blob_missing");
        assertThat(due("hourly")).isPresent();
        assertThat(due("hourly")).isEmpty();
    }

    @Test
    void whatStaysInUseStaysLocked() {
        primary.filestore.lockContent(new Lock(Duration.ofDays(30), false));
        due("hourly");
        Instant until =
                primary.filestore.lock().orElseThrow().until(FIRST.key()).orElseThrow();
        primary.time.advance(Duration.ofDays(20));
        assertThat(due("hourly")).isEmpty();
        assertThat(primary.filestore.lock().orElseThrow().until(FIRST.key()).orElseThrow())
                .isAfter(until);
    }

    @Test
    void aFilestoreThatDoesNotAnswerIsAFailure() {
        primary.filestore.inject((operation, key) -> operation == Operation.STAT || operation == Operation.LIST
                ? new Fail(ErrorCode.FILESTORE_UNREACHABLE)
                : new Faults.None());
        assertThatThrownBy(() -> due("hourly")).isInstanceOf(UnderstudyException.class);
        assertThat(events).anyMatch(PrimaryEvent.SnapshotFailed.class::isInstance);
        assertThat(noted()).isEmpty();
    }

    /** It stays the last one while the agent runs on and the site does not. */
    @Test
    void theLastOfAServerStandsForAllUntilSomethingChanges() {
        shutDown();
        assertThat(primary.repository.read(SECOND).last()).isEqualTo(new Manifest.Last(true));
        assertThat(primary.repository.read(SECOND).periods()).containsExactly("shutdown");
        primary.time.advance(Duration.ofDays(2));
        for (Need need : List.of(Need.UNLESS_SHUT_DOWN, Need.UNLESS_UNCHANGED)) {
            assertThat(taker.takeIfNeeded(SnapshotRequest.of(List.of("release")), need, Progress.none()))
                    .isEmpty();
        }
        primary.database.rows("1\tother");
        Manifest next = afterShutdown().orElseThrow().manifest();
        assertThat(next.last()).isNull();
        assertThat(afterShutdown()).as("as ever").isPresent();
    }

    @Test
    void theFirstOfAnAgentThatBeginsAfterwardsEndsThat() {
        shutDown();
        taker = taker();
        assertThat(afterShutdown().orElseThrow().manifest().last()).isNull();
    }

    @Test
    void oneThatIsAskedForEndsThat() {
        shutDown();
        assertThat(taker.take(SnapshotRequest.of(List.of("manual")), Progress.none())
                        .manifest()
                        .last())
                .isNull();
    }

    private void shutDown() {
        taker.take(SnapshotRequest.last(true), Progress.none());
    }

    private Optional<Taken> afterShutdown() {
        return taker.takeIfNeeded(SnapshotRequest.of(List.of("hourly")), Need.UNLESS_SHUT_DOWN, Progress.none());
    }

    @Test
    void oneThatIsAskedForIsAlwaysTaken() {
        assertThat(taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none())
                        .manifest()
                        .snapshot())
                .isEqualTo(SECOND);
    }

    private Optional<Instant> noted() {
        return new LastUnchanged(primary.state).of(primary.repository.id(), FIRST);
    }

    private Optional<Taken> due(String... labels) {
        return taker.takeIfNeeded(SnapshotRequest.of(List.of(labels)), Need.UNLESS_UNCHANGED, Progress.none());
    }

    private SnapshotTaker taker() {
        return primary.taker(new Events(primary.time.clock(), (event, at) -> events.add(event)));
    }
}
