package io.understudy.replica.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.cli.Json;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.app.Decided;
import io.understudy.replica.app.HoldView;
import io.understudy.replica.app.Outlook;
import io.understudy.replica.app.PromoteResult;
import io.understudy.replica.app.StatusView;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.Live;
import io.understudy.replica.app.StatusView.PrimaryShutdown;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.replica.app.StatusView.ProgressView;
import io.understudy.replica.app.StatusView.RejectedView;
import io.understudy.replica.app.Synced;
import io.understudy.replica.events.Step;
import io.understudy.replica.fakes.World;
import io.understudy.replica.fetch.Mirror;
import io.understudy.replica.fetch.Mirrors;
import io.understudy.replica.hold.HoldFinding;
import io.understudy.replica.promote.Origin;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.Took;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.state.ApplyIntent;
import io.understudy.replica.state.ApplyIntent.Phase;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JSON that scripts rely on, letter by letter. */
class OutputsTest {
    @TempDir
    Path folder;

    private static final SnapshotId ID = new SnapshotId(1, 42);
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant SEEN = NOW.plusNanos(123_456_789);

    @Test
    void sync() {
        Map<Step, Duration> steps = Map.of(
                Step.FETCH, Duration.ofMillis(1250),
                Step.VERIFY, Duration.ofMillis(70),
                Step.LOAD, Duration.ofMillis(500),
                Step.STAGE, Duration.ofMillis(3),
                Step.APPLY, Duration.ofSeconds(1),
                Step.RESTART, Duration.ofSeconds(2),
                Step.PROVE, Duration.ofNanos(1_500_000));
        RoundResult result = new RoundResult(Optional.of(ID), Duration.ofMillis(4825), 1_234_567, steps);

        assertThat(Json.line(Synced.of(result)))
                .isEqualTo(
                        "{\"applied\":\"00000001-00000042\",\"seconds\":4.825,\"fetched_bytes\":1234567,"
                                + "\"steps\":{\"fetch\":1.25,\"load\":0.57,\"stage\":0.003,\"apply\":1.0,\"restart\":2.0,\"prove\":0.001},\"waiting\":null,\"mended\":[],\"discrepancies\":[],\"database\":null,\"files\":null}");
        assertThat(Synced.of(result).text()).isEqualTo("applied 00000001-00000042 in 4.8 s, 1.2 MiB fetched");
    }

    @Test
    void syncWithNothingNew() {
        RoundResult result = new RoundResult(Optional.empty(), Duration.ofMillis(12), 0, Map.of());

        assertThat(Json.line(Synced.of(result)))
                .isEqualTo(
                        "{\"applied\":null,\"seconds\":0.012,\"fetched_bytes\":0,"
                                + "\"steps\":{\"fetch\":0.0,\"load\":0.0,\"stage\":0.0,\"apply\":0.0,\"restart\":0.0,\"prove\":0.0},\"waiting\":null,\"mended\":[],\"discrepancies\":[],\"database\":null,\"files\":null}");
        assertThat(Synced.of(result).text()).isEqualTo("nothing new");
    }

    @Test
    void syncThatWaitsForTheFirstSnapshotOfAnEpoch() {
        RoundResult result = new RoundResult(
                Optional.empty(),
                Optional.of(new AwaitedEpoch(2)),
                Duration.ofMillis(12),
                0,
                Map.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());

        Synced synced = Synced.of(result);

        assertThat(synced.waiting())
                .contains("waits for the first snapshot of epoch 2; those of earlier epochs are not imported");
        assertThat(synced.text())
                .isEqualTo("nothing new: this standby waits for the first snapshot of epoch 2;"
                        + " those of earlier epochs are not imported");
        assertThat(Json.read(Json.line(synced), Synced.class)).isEqualTo(synced);
    }

    @Test
    void promote() {
        PromoteResult result = PromoteResult.of(new Promotion.Report(
                false,
                2,
                false,
                Optional.of(new DatabaseVersion(
                        new io.understudy.postgres.DatabaseIdentity(7, 1),
                        Optional.of(ID),
                        Optional.of(NOW),
                        Optional.empty())),
                new Origin(
                        false,
                        Optional.of(new UnderstudyException(ErrorCode.LOAD_FAILED, "cannot apply", "see the log")),
                        Optional.of(
                                new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "not known", "see there"))),
                Optional.of(Duration.ofSeconds(90)),
                List.of(
                        new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot claim", "start it"),
                        new UnderstudyException(ErrorCode.SITE_UNHEALTHY, "cannot prove", "look")),
                new Took(
                        Duration.ofMillis(50),
                        Duration.ofMillis(700),
                        Duration.ofMillis(200),
                        Map.of(Step.RESTART, Duration.ofMillis(1500)),
                        Duration.ofSeconds(3))));

        assertThat(Json.line(result))
                .isEqualTo(
                        "{\"epoch\":2,\"claimed\":false,\"snapshot\":\"00000001-00000042\","
                                + "\"moment\":\"2026-11-20T12:00:00Z\",\"age_seconds\":90,\"from\":\"live\","
                                + "\"not_ahead\":{\"code\":\"load_failed\",\"message\":\"cannot apply\",\"hint\":\"see the log\"},"
                                + "\"not_newest\":{\"code\":\"filestore_unreachable\",\"message\":\"not known\",\"hint\":\"see there\"},"
                                + "\"seconds\":3.0,\"healthy\":false,"
                                + "\"steps\":{\"look\":0.05,\"ahead\":0.7,\"claim\":0.2,\"restart\":1.5,\"prove\":0.0},\"warnings\":["
                                + "{\"code\":\"filestore_unreachable\",\"message\":\"cannot claim\",\"hint\":\"start it\"},"
                                + "{\"code\":\"site_unhealthy\",\"message\":\"cannot prove\",\"hint\":\"look\"}],\"already\":false,\"dns\":null}");
        assertThat(Json.read(Json.line(result), PromoteResult.class)).isEqualTo(result);
        assertThat(result.text()).contains("has yet to claim epoch 2").contains("next:");
    }

    @Test
    void statusOfAServerThatWasNeverAReplica() {
        Live live = new Live(
                false,
                Optional.empty(),
                List.of(),
                new FilestoreView("file:///b", false, Optional.empty(), Optional.empty(), Optional.empty()),
                Optional.empty(),
                List.of());
        StatusView status = StatusView.of("site", "standby", "site", false, new World().store.record(), live, NOW);

        assertThat(Json.line(status))
                .isEqualTo(
                        "{\"site\":\"site\",\"replica\":\"standby\",\"state\":\"seeding\",\"backup_mode\":false,"
                                + "\"applied\":null,\"moment\":null,\"age_seconds\":null,\"proven\":false,\"since\":null,"
                                + "\"previous\":null,\"ahead\":null,\"held\":null,\"set_aside\":[],\"epoch\":null,\"claim_pending\":false,\"daemon\":false,"
                                + "\"progress\":null,\"primaries\":[],\"filestore\":{\"name\":\"file:///b\",\"readable\":false,"
                                + "\"seen\":null,\"newest\":null,\"error\":null,\"stores\":[]},\"failures\":0,\"last_error\":null,\"retry\":null,"
                                + "\"rejected\":[],\"waiting\":null,\"primary_shutdown\":null,\"clean_up\":null,\"intact\":null,\"trees_left\":[],\"discrepancies\":[],\"guard\":{\"two_primaries\":[],\"dns\":null},\"drill\":null,\"forecast\":null,\"highest_epoch\":null}");
        assertThat(StatusText.of(status)).contains("nothing yet").contains("not a standby, not in backup mode");
    }

    @Test
    void namesTheOriginalDatabaseFromTheFirstImportOnAndWhatCouldNotBeClearedUp() {
        World world = World.standby();
        world.source.commit(1, 1);
        world.trees.refuseDeletion(new UnderstudyException(ErrorCode.FILE_DENIED, "cannot delete u", "chattr -i"));
        world.sync();
        Live live = new Live(
                false,
                Optional.empty(),
                List.of(),
                new FilestoreView("file:///b", true, Optional.of(NOW), Optional.of(ID), Optional.empty()),
                Optional.of(new AwaitedEpoch(2)),
                List.of());

        StatusView status = StatusView.of("site", "standby", "site", true, world.store.record(), live, NOW);

        assertThat(StatusText.of(status))
                .contains("set aside:  database site_understudy_previous")
                .contains("left over:  cannot delete u; it blocks nothing and is tried again")
                .contains("hint:       chattr -i")
                .contains("waiting:    this standby waits for the first snapshot of epoch 2");
        assertThat(status.lastError()).isEmpty();
        assertThat(new ListCommand.Listing(List.of(), status.setAside()).text())
                .isEqualTo("no snapshots\nset aside: database site_understudy_previous");
    }

    /** A server that is no standby waits for nothing that another one does. */
    @Test
    void saysThatThePrimaryWasShutDownWithNothingAfterIt() {
        World world = World.standby();
        PrimaryShutdown last = new PrimaryShutdown(ID, Instant.parse("2026-11-20T09:58:00Z"), true);
        Live live = new Live(
                true,
                Optional.empty(),
                List.of(),
                new FilestoreView("file:///b", true, Optional.of(NOW), Optional.of(ID), Optional.empty()),
                Optional.empty(),
                Optional.of(last),
                List.of(),
                List.of(),
                Outlook.NONE);

        StatusView status = StatusView.of("site", "standby", "site", true, world.store.record(), live, NOW);

        assertThat(StatusText.of(status))
                .contains("shut down:  the primary, at 2026-11-20T09:58:00Z: " + ID
                        + " is its last snapshot, and nothing came after it\n");
        assertThat(Json.line(status))
                .contains("\"primary_shutdown\":{\"snapshot\":\"" + ID
                        + "\",\"moment\":\"2026-11-20T09:58:00Z\",\"site_stopped\":true}");
        assertThat(StatusView.of("site", "standby", "site", false, world.store.record(), live, NOW)
                        .primaryShutdown())
                .isEmpty();
    }

    @Test
    void showsWhatIsLoadedAheadUnlessItsDatabaseIsGone() {
        World world = World.standby();
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        world.source.continuous(1, 2, first);
        world.poll();
        Live live = new Live(
                true,
                Optional.empty(),
                List.of(),
                new FilestoreView("file:///b", true, Optional.of(NOW), Optional.of(ID), Optional.empty()),
                Optional.empty(),
                List.of());
        Instant now = Instant.parse("2026-11-20T10:00:05Z");

        StatusView status = StatusView.of("site", "standby", "site", true, world.store.record(), live, now);

        assertThat(Json.line(status))
                .contains("\"ahead\":{\"snapshot\":\"00000001-00000002\",\"moment\":\"2026-11-20T10:00:02Z\","
                        + "\"age_seconds\":3,\"loaded\":\"2026-11-20T12:00:00Z\",\"failed\":false}");
        assertThat(StatusText.of(status)).contains("ahead:      00000001-00000002, data of 3 s ago; promote serves it");
        FailedAttempt attempt = new FailedAttempt(
                Optional.of(new SnapshotId(1, 2)),
                Step.STAGE,
                ErrorCode.DISK_FULL,
                "cannot stage",
                "make room",
                world.time.now().plusSeconds(1),
                1,
                Optional.empty(),
                Optional.empty());
        StatusView failed = StatusView.of(
                "site", "standby", "site", true, world.store.record().withFailure(attempt), live, now);
        assertThat(failed.ahead())
                .hasValueSatisfying(ahead -> assertThat(ahead.failed()).isTrue());
        assertThat(StatusText.of(failed))
                .contains(
                        "ahead:      00000001-00000002, data of 3 s ago; its last apply failed: promote tries again, and"
                                + " serves what is live where that fails");
        Live lost = new Live(
                true,
                Optional.empty(),
                List.of(),
                live.filestore(),
                Optional.empty(),
                List.of(new Discrepancy(Discrepancy.Subject.AHEAD, "database_failed", "it is gone", "wait")));
        assertThat(StatusView.of("site", "standby", "site", true, world.store.record(), lost, now)
                        .ahead())
                .isEmpty();
        assertThat(StatusView.of("site", "standby", "site", false, world.store.record(), live, now)
                        .ahead())
                .isEmpty();
    }

    @Test
    void aSiteWithoutPostgresqlHasNoDatabaseOfThatSetAside() {
        DatabaseVersion current = new DatabaseVersion(
                new io.understudy.postgres.DatabaseIdentity(7, 2), Optional.of(ID), Optional.of(NOW), Optional.empty());
        DatabaseVersion before = DatabaseVersion.foreign(new io.understudy.postgres.DatabaseIdentity(7, 1));
        ReplicaRecord record =
                World.standby().store.record().with(new Following(current, true, SEEN, Optional.of(before)));

        assertThat(StatusView.setAside(record, "")).isEmpty();
        assertThat(StatusView.setAside(record, "site")).containsExactly("site_understudy_previous");
    }

    @Test
    void aPromotedServerShowsNoAgeOfDataThatIsWrittenNow() {
        DatabaseVersion current = new DatabaseVersion(
                new io.understudy.postgres.DatabaseIdentity(7, 1), Optional.of(ID), Optional.of(NOW), Optional.empty());
        Live live = new Live(
                false,
                Optional.empty(),
                List.of(),
                new FilestoreView("file:///b", true, Optional.of(NOW), Optional.of(ID), Optional.empty()),
                Optional.empty(),
                List.of());
        ReplicaRecord record = World.standby().store.record().with(new Promoted(current, 2, true, false, SEEN));

        assertThat(StatusText.of(StatusView.of("site", "standby", "site", false, record, live, NOW.plusSeconds(3600))))
                .contains("applied:    00000001-00000042, promoted at 2026-11-20T12:00:00Z")
                .doesNotContain(" old");
    }

    @Test
    void anImportThatReplacesALostDatabaseDoesNotSayThatNothingWasImportedYet() {
        DatabaseVersion fresh = new DatabaseVersion(
                new io.understudy.postgres.DatabaseIdentity(7, 1), Optional.of(ID), Optional.of(NOW), Optional.empty());
        ApplyIntent intent = new ApplyIntent(
                fresh, Optional.empty(), Optional.empty(), Phase.FORWARD, Optional.empty(), new Seeding());
        Live live = new Live(
                false,
                Optional.empty(),
                List.of(),
                new FilestoreView("file:///b", true, Optional.of(NOW), Optional.of(ID), Optional.empty()),
                Optional.empty(),
                List.of());
        ReplicaRecord record = World.standby().store.record().with(new Applying(intent, false, Optional.empty()));

        assertThat(StatusText.of(StatusView.of("site", "standby", "site", true, record, live, NOW)))
                .contains("applied:    nothing until this import ends")
                .doesNotContain("nothing yet");
    }

    @Test
    void aServerThatIsThePrimaryAlreadySaysSoAndNoAgeOfItsData() {
        PromoteResult result = PromoteResult.of(new Promotion.Report(
                true,
                2,
                true,
                Optional.of(new DatabaseVersion(
                        new io.understudy.postgres.DatabaseIdentity(7, 1),
                        Optional.of(ID),
                        Optional.of(NOW),
                        Optional.empty())),
                Origin.LIVE,
                Optional.empty(),
                List.of(),
                Took.NOTHING));

        assertThat(result.text())
                .startsWith("this server is already the primary, epoch 2")
                .contains("--restart");
        assertThat(result.moment()).isEmpty();
        assertThat(Json.line(result)).contains("\"from\":\"primary\"").contains("\"snapshot\":\"" + ID + "\"");
        assertThat(Json.read(Json.line(result), PromoteResult.class)).isEqualTo(result);
    }

    @Test
    void listsASnapshotWhoseManifestInTheMirrorIsDamaged() throws IOException {
        FakeTicker time = new FakeTicker();
        SampleSite site = new SampleSite(new InMemoryFilestore(time), time.clock());
        site.commit(ID, 1);
        Mirror mirror = Mirrors.in(folder, site.repository(), 2);
        mirror.fetch(ID, Progress.none());
        ReplicaRecord record = World.standby().store.record();
        assertThat(ListCommand.entry(ID, record, mirror, true).mirrored()).isTrue();

        Files.delete(folder.resolve(ID.key()));
        Files.writeString(folder.resolve(ID.key()), "{");

        assertThat(ListCommand.entry(ID, record, mirror, true))
                .isEqualTo(new ListCommand.Listing.Entry(ID, "stored", false, Optional.empty()));
    }

    @Test
    void doesNotCallRejectedWhatIsLiveAgain() {
        World world = World.standby();
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        SnapshotId second = world.source.commit(1, 2);
        world.sync();
        world.restore(first);
        World.Agent agent = world.agent();
        agent.intents().rollback();
        agent.applier().finish();
        Live live = new Live(
                false,
                Optional.empty(),
                List.of(),
                new FilestoreView("s3://b/p", true, Optional.empty(), Optional.empty(), Optional.empty()),
                Optional.empty(),
                List.of());

        StatusView status = StatusView.of("site", "standby", "site", true, world.store.record(), live, NOW);

        assertThat(status.applied()).contains(second);
        assertThat(status.rejected()).extracting(RejectedView::snapshot).containsExactly(first);
    }

    @Test
    void statusOfAStandbyThatHasSeenABadSnapshot() {
        World world = World.standby();
        world.source.commit(1, 1);
        world.sync();
        world.source.commit(1, 2);
        world.sync();
        SnapshotId bad = world.source.commit(1, 3);
        world.site.sickWith(bad.toString());
        try {
            world.sync();
        } catch (UnderstudyException expected) {
            assertThat(expected.code()).isEqualTo(ErrorCode.SITE_UNHEALTHY);
        }
        ReplicaRecord record = world.store.record();
        Live live = new Live(
                true,
                Optional.of(new ProgressView(ID, "load", 5, 10)),
                List.of(new PrimaryView(
                        "a:7443", true, Optional.of(SEEN), Optional.of("00000001-00000003"), Optional.empty())),
                new FilestoreView("s3://b/p", true, Optional.of(SEEN), Optional.of(bad), Optional.empty()),
                Optional.empty(),
                List.of());

        StatusView status = StatusView.of("site", "standby", "site", true, record, live, NOW);

        assertThat(Json.line(status))
                .isEqualTo(
                        "{\"site\":\"site\",\"replica\":\"standby\",\"state\":\"following\",\"backup_mode\":true,"
                                + "\"applied\":\"00000001-00000002\",\"moment\":\"2026-11-20T10:00:02Z\",\"age_seconds\":7198,"
                                + "\"proven\":true,\"since\":\"2026-11-20T12:00:00Z\",\"previous\":\"00000001-00000001\",\"ahead\":null,\"held\":null,"
                                + "\"set_aside\":[\"site_before_understudy\"],\"epoch\":null,\"claim_pending\":false,\"daemon\":true,"
                                + "\"progress\":{\"snapshot\":\"00000001-00000042\",\"step\":\"load\",\"done_bytes\":5,\"total_bytes\":10},"
                                + "\"primaries\":[{\"address\":\"a:7443\",\"connected\":true,\"last_seen\":\"2026-11-20T12:00:00.123456789Z\","
                                + "\"announced\":\"00000001-00000003\",\"error\":null}],"
                                + "\"filestore\":{\"name\":\"s3://b/p\",\"readable\":true,\"seen\":\"2026-11-20T12:00:00.123456789Z\","
                                + "\"newest\":\"00000001-00000003\",\"error\":null,\"stores\":[]},\"failures\":1,"
                                + "\"last_error\":{\"code\":\"site_unhealthy\",\"message\":\"the site is unhealthy: 500\","
                                + "\"hint\":\"see its log\",\"step\":\"prove\",\"snapshot\":\"00000001-00000003\","
                                + "\"at\":\"2026-11-20T12:00:00Z\",\"attempts\":1},\"retry\":null,"
                                + "\"rejected\":[{\"snapshot\":\"00000001-00000003\",\"code\":\"site_unhealthy\","
                                + "\"message\":\"the site is unhealthy: 500\"}],\"waiting\":null,\"primary_shutdown\":null,\"clean_up\":null,\"intact\":true,\"trees_left\":[],\"discrepancies\":[],\"guard\":{\"two_primaries\":[],\"dns\":null},\"drill\":null,\"forecast\":null,\"highest_epoch\":null}");
        assertThat(Json.read(Json.line(status), StatusView.class)).isEqualTo(status);
        assertThat(StatusText.of(status))
                .contains("00000001-00000002, data 119 min old, proven")
                .contains("set aside:  database site_before_understudy")
                .contains("rejected:   00000001-00000003")
                .contains("now:        load 00000001-00000042")
                .contains("connected, last message 2026-11-20T12:00:00Z")
                .contains(", as of 2026-11-20T12:00:00Z")
                .doesNotContain("12345");
    }

    @Test
    void statusAndDecisionOfWhatIsHeld() {
        SnapshotId held = new SnapshotId(1, 43);
        HoldFinding finding =
                new HoldFinding("rows_drop", "table public.users", 4711, 0, 100, "table public.users: 4,711 → 0 rows");
        HoldView view = new HoldView(held, held, NOW, ID, true, List.of(finding), 2);

        String json = Json.line(new Decided(ID, "accepted", Optional.of(ID), Optional.of(view)));

        assertThat(json)
                .isEqualTo(
                        "{\"snapshot\":\"00000001-00000042\",\"decision\":\"accepted\",\"applied\":\"00000001-00000042\","
                                + "\"held\":{\"snapshot\":\"00000001-00000043\",\"first\":\"00000001-00000043\",\"since\":\"2026-11-20T12:00:00Z\","
                                + "\"against\":\"00000001-00000042\",\"loaded\":true,\"findings\":[{\"sign\":\"rows_drop\","
                                + "\"subject\":\"table public.users\",\"before\":4711,\"now\":0,\"percent\":100,"
                                + "\"text\":\"table public.users: 4,711 → 0 rows\"}],\"more\":2}}");
        assertThat(view.text()).isEqualTo("00000001-00000043: table public.users: 4,711 → 0 rows; and 2 more");
    }
}
