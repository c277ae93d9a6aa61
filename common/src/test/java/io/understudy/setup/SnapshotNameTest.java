package io.understudy.setup;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotNameTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-20T10:00:00Z"), ZoneId.of("Europe/Berlin"));
    private static final SigningKey KEY = FastSignatures.key();

    private final InMemoryFilestore store = new InMemoryFilestore();
    private final Repository repository =
            Repository.create(store, UUID.randomUUID(), Manifests.SITE, TrustedKeys.of(KEY.publicKey()), NOW);
    private final List<JunkObject> junk = new ArrayList<>();

    /** The sequence is the hour of the 18th of November in UTC; 24 is the first of the next day. */
    private void commit(int sequence) {
        commit(sequence, Instant.parse("2026-11-18T00:00:02.5Z").plusSeconds(3600L * sequence));
    }

    private void commit(int sequence, Instant moment) {
        commit(sequence, moment, List.of("hourly"));
    }

    private void commit(int sequence, String... labels) {
        commit(sequence, Instant.parse("2026-11-18T00:00:02Z").plusSeconds(3600L * sequence), List.of(labels));
    }

    private void commit(int sequence, Instant moment, List<String> labels) {
        Manifest like = Manifests.sample(id(1, sequence));
        repository.commit(
                new Manifest(
                        like.format(),
                        like.site(),
                        like.snapshot(),
                        labels,
                        moment,
                        like.walLsn(),
                        like.server(),
                        like.versions(),
                        like.databases(),
                        like.trees(),
                        like.totals()),
                KEY);
    }

    private SnapshotName.Found find(String name) {
        return SnapshotName.parse(name, NOW).in(repository, junk::add);
    }

    @Test
    void findsAnIdAndSaysNothing() {
        commit(3);
        assertThat(find("00000001-00000003")).isEqualTo(new SnapshotName.Found(id(1, 3), Optional.empty()));
    }

    @Test
    void theLatestIsTheNewestThatIsSigned() {
        commit(3);
        commit(4);
        store.put(id(1, 5).key(), Content.of("{}".getBytes(StandardCharsets.UTF_8)));
        SnapshotName.Found found = find("latest");
        assertThat(found.snapshot()).isEqualTo(id(1, 4));
        assertThat(found.remark()).contains("latest is 00000001-00000004");
        assertThat(junk).extracting(JunkObject::key).containsExactly(id(1, 5).key());
    }

    @Test
    void aLabelIsTheNewestThatCarriesIt() {
        commit(3, "daily", "weekly");
        commit(4, "hourly", "daily");
        commit(5, "before-upgrade");
        commit(6, "continuous");
        assertThat(find("latest:weekly"))
                .isEqualTo(new SnapshotName.Found(
                        id(1, 3), Optional.of("latest:weekly is 00000001-00000003 of 2026-11-18T03:00:02Z")));
        assertThat(find("latest:daily").snapshot()).isEqualTo(id(1, 4));
        assertThat(find("latest:before-upgrade").snapshot()).isEqualTo(id(1, 5));
        assertThat(find("latest:continuous").snapshot()).isEqualTo(id(1, 6));
    }

    /** Its number counts, as for latest: a server's clock may have been wrong. */
    @Test
    void ofALabelTheHighestNumberIsMeantAndWhatIsNoSnapshotIsPassedOver() {
        commit(3, Instant.parse("2031-01-01T00:00:00Z"), List.of("daily"));
        commit(4, "daily");
        store.put(id(1, 5).key(), Content.of("{}".getBytes(StandardCharsets.UTF_8)));
        assertThat(find("latest:daily").snapshot()).isEqualTo(id(1, 4));
        assertThat(junk).extracting(JunkObject::key).containsExactly(id(1, 5).key());
    }

    @Test
    void anUnknownLabelNamesThoseThatThereAre() {
        commit(3, "hourly", "daily");
        commit(4, "manual");
        assertUnknown(
                () -> find("latest:dayly"),
                "carries the label dayly",
                "did you mean latest:daily? the labels that snapshots carry are daily, hourly, manual");
        assertUnknown(
                () -> find("latest:bimonthly"),
                "cannot find snapshot \"latest:bimonthly\"",
                "the labels that snapshots carry are daily, hourly, manual");
    }

    /** It may be the one that is meant. */
    @Test
    void aSnapshotThatMayNotBeReadIsNoUnknownLabel() {
        commit(3, "daily");
        store.inject((operation, key) ->
                operation == Faults.Operation.OPEN ? new Faults.Fail(ErrorCode.FILESTORE_DENIED) : new Faults.None());
        assertThatThrownBy(() -> find("latest:daily"))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_DENIED));
    }

    @ParameterizedTest
    @CsvSource({"latest:, latest:daily", "latest:Daily, latest:daily", "lates:weekly, did you mean latest:weekly?"})
    void saysHowALabelIsWritten(String name, String hint) {
        assertThatThrownBy(() -> SnapshotName.parse(name, NOW)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
            assertThat(e.hint()).contains(hint);
        });
    }

    @ParameterizedTest
    @CsvSource({
        // Berlin is an hour ahead of UTC.
        "@2026-11-18T10:30Z, 10",
        "@2026-11-18T10:30+01:00, 9",
        "@2026-11-18T10:30, 9",
        "@2026-11-18 10:30, 9",
        "@2026-11-18T10:00Z, 9",
        // As the list shows it, which cuts off the half second.
        "@2026-11-18T10:00:02Z, 10",
        "@2026-11-18T10:00:02.5Z, 10",
        "@2026-11-18T10:00:02.4Z, 9",
        "@2026-11-18, 22",
        "@2026-12-01, 30",
        "@2 days ago, 9",
        "@2.days.ago, 9",
        "@2d, 9",
        "@45 h ago, 12",
        "@45h, 12",
        "@2700 minutes ago, 12",
        "@2700min, 12",
        "@1 second ago, 30",
        "@0 years ago, 30",
    })
    void aMomentIsTheNewestUpToIt(String name, int sequence) {
        for (int i = 9; i <= 30; i++) {
            commit(i);
        }
        assertThat(find(name).snapshot()).isEqualTo(id(1, sequence));
    }

    @Test
    void saysWhichMomentAndZoneItUnderstood() {
        commit(3);
        assertThat(find("@2026-11-18").remark())
                .contains("@2026-11-18 is the end of 2026-11-18 in Europe/Berlin, 2026-11-18T22:59:59Z:"
                        + " 00000001-00000003 of 2026-11-18T03:00:02Z");
        assertThat(find("@2026-11-18T09:00").remark().orElseThrow())
                .contains("up to 2026-11-18T09:00 in Europe/Berlin, 2026-11-18T08:00:00Z");
        assertThat(find("@1 day ago").remark().orElseThrow()).contains("up to 2026-11-19T10:00:00Z");
    }

    /** A clock that ran ahead must not hide what was taken after it. */
    @Test
    void aWrongClockHidesNoOtherSnapshot() {
        commit(3);
        commit(4, Instant.parse("2031-01-01T00:00:00Z"));
        commit(5);
        commit(6, Instant.parse("2031-01-01T00:00:00Z"));
        assertThat(find("@1 day ago").snapshot()).isEqualTo(id(1, 5));
        assertThat(find("@2026-11-18T04:30Z").snapshot()).isEqualTo(id(1, 3));
        assertThat(find("@1 day ago").remark().orElseThrow())
                .contains("warning: 00000001-00000004 of 2031-01-01T00:00:00Z has a lower number and a later moment");
    }

    /** What was taken with a clock that was behind holds newer data than its moment says. */
    @Test
    void oneOfAClockThatWasBehindIsNotTakenForAnOlderOne() {
        commit(3);
        commit(4);
        commit(5, Instant.parse("2020-01-01T00:00:00Z"));
        commit(6);
        SnapshotName.Found found = find("@2026-11-18T04:30Z");
        assertThat(found.snapshot()).isEqualTo(id(1, 4));
        assertThat(found.remark().orElseThrow())
                .contains("warning: 00000001-00000005 of 2020-01-01T00:00:00Z has a higher number and an earlier"
                        + " moment");
        assertThat(find("@2020-06-01").snapshot()).as("it is the only one").isEqualTo(id(1, 5));
        assertThat(find("@2026-11-18T03:30Z").snapshot()).isEqualTo(id(1, 3));
    }

    @Test
    void ofEqualMomentsTheHigherNumberIsMeantWithoutAWarning() {
        commit(3);
        commit(4, Instant.parse("2026-11-18T04:00:00Z"));
        commit(5, Instant.parse("2026-11-18T04:00:00Z"));
        commit(6);
        SnapshotName.Found found = find("@2026-11-18T04:30Z");
        assertThat(found.snapshot()).isEqualTo(id(1, 5));
        assertThat(found.remark().orElseThrow()).doesNotContain("warning");
    }

    @Test
    void passesOverWhatIsNoSnapshot() {
        commit(3);
        store.put(id(1, 4).key(), Content.of("{}".getBytes(StandardCharsets.UTF_8)));
        assertThat(find("@1 day ago").snapshot()).isEqualTo(id(1, 3));
        assertThat(junk).hasSize(1);
    }

    @Test
    void anUnknownIdNamesTheNearest() {
        commit(3);
        commit(7);
        commit(9);
        assertUnknown(() -> find("00000001-00000008"), "00000001-00000008", "00000001-00000007 and 00000001-00000009");
        assertUnknown(() -> find("00000001-00000001"), "00000001-00000001", "nearest are 00000001-00000003;");
        assertUnknown(() -> find("00000002-00000001"), "00000002-00000001", "nearest are 00000001-00000009;");
    }

    @Test
    void aMomentBeforeTheFirstNamesTheOldest() {
        commit(3);
        commit(4);
        assertUnknown(
                () -> find("@2026-11-18T02:00Z"),
                "none is of 2026-11-18T02:00:00Z or before",
                "00000001-00000003 of 2026-11-18T03:00:02Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "latest:daily", "@1 day ago", "00000001-00000001"})
    void anEmptyRepositoryHasNone(String name) {
        assertUnknown(() -> find(name), "cannot find", "agent-primary snapshot");
    }

    private static void assertUnknown(ThrowingCallable call, String message, String hint) {
        assertThatThrownBy(call).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
            assertThat(e.getMessage()).contains(message);
            assertThat(e.hint()).contains(hint);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "newest",
                "42",
                "@",
                "@yesterday",
                "@2026-13-01",
                "@2026-11-20T25:00Z",
                "@2 moons ago",
                "@-1 days",
                "@99999999999 days ago",
                "@2026-11-20T10:00:00.1234567891Z",
                "@999999 years ago in summer"
            })
    void refusesWhatIsNoName(String name) {
        assertThatThrownBy(() -> SnapshotName.parse(name, NOW)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
            assertThat(e.hint()).contains("@2026-11-20T10:00Z");
        });
    }

    @Test
    void saysWhatWasProbablyMeant() {
        assertThatThrownBy(() -> SnapshotName.parse("lastest", NOW))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.hint()).contains("did you mean latest?"));
    }

    @Test
    void anIdNeedsNoQuestion() {
        assertThat(SnapshotName.parse("00000001-00000003", NOW).id()).contains(new SnapshotId(1, 3));
        assertThat(SnapshotName.parse("latest", NOW).id()).isEmpty();
        assertThat(SnapshotName.parse("latest:weekly", NOW).id()).isEmpty();
    }
}
