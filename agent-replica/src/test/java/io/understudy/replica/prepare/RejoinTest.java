package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.kept.KeptCopies;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin.Orphans;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RejoinTest extends StandbyInPreparation {
    private static final Request ASKED = new Request(false, false, Set.of());
    private static final SnapshotId ORPHAN = new SnapshotId(1, 2);
    private static final SnapshotId SHIPPED = new SnapshotId(1, 1);
    private static final Saved SAVED = new Saved(Optional.of(ORPHAN), false, Optional.of(new SnapshotId(1, 1)));

    private final List<String> done = new ArrayList<>();
    private Optional<UnderstudyException> refusal = Optional.empty();
    private Optional<UnderstudyException> restartFailure = Optional.empty();
    private Runnable whileSaving = () -> {};

    private final Orphans orphans = new Orphans() {
        @Override
        public Saved save(Set<String> acceptEmpty, boolean beforeImport, Optional<Unclaimed> unclaimed) {
            return saved("orphan"
                    + unclaimed
                            .map(served -> " of " + served.epoch()
                                    + served.imported()
                                            .map(id -> ", began with " + id)
                                            .orElse(""))
                            .orElse("")
                    + (beforeImport ? " before import" : "")
                    + (world.marker.on() ? ", marked" : ""));
        }

        @Override
        public Saved saveKept(Set<String> acceptEmpty, Found kept) {
            throw new AssertionError("nothing was imported");
        }

        private Saved saved(String what) {
            done.add(what);
            whileSaving.run();
            refusal.ifPresent(why -> {
                throw why;
            });
            return SAVED;
        }
    };

    private final SiteService site = new SiteService() {
        @Override
        public void stop() {
            done.add("stop");
        }

        @Override
        public void restart() {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            done.add("restart");
            restartFailure.ifPresent(why -> {
                throw why;
            });
        }

        @Override
        public void prove() {
            done.add("prove");
        }

        @Override
        public boolean healthy() {
            return true;
        }
    };

    private Settings settings(List<String> stop) {
        Settings base = settings();
        return new Settings(
                base.site(),
                base.state(),
                base.marker(),
                base.database(),
                base.trees(),
                base.filestore(),
                base.signing(),
                base.primary(),
                base.retention(),
                base.replica(),
                new ServiceSettings(stop, List.of(), List.of(), List.of(), Duration.ofSeconds(1), Optional.empty()),
                base.tls());
    }

    private Rejoin rejoin(Settings settings) {
        return new Rejoin(
                settings,
                preparation(settings),
                world.marker,
                world.store,
                epochs,
                () -> repository,
                world.databases,
                site,
                new KeptReturn(copies(settings), orphans),
                world.time);
    }

    private Rejoin rejoin() {
        return rejoin(settings(List.of("stop-site")));
    }

    private void wasPrimary() {
        world.databases.create(FakeDatabases.LIVE);
        epochs.hold(new EpochClaim(Optional.of(repository.id()), 1, "primary", NOW, "init", "nonce"));
    }

    private void anotherWasPromoted() {
        repository.epochs().claim(new EpochClaim(2, "other", NOW, "promoted", "another"), key);
    }

    @Test
    void savesTheOrphanOfTheStoppedSiteBeforeTheMarker() {
        wasPrimary();
        anotherWasPromoted();

        Result result = rejoin().run(ASKED);

        assertThat(done).containsExactly("stop", "orphan");
        assertThat(result.saved()).contains(SAVED);
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void writesNoMarkerWhereTheOrphanIsNotSaved() {
        wasPrimary();
        anotherWasPromoted();
        refusal = Optional.of(new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "away", "wait"));

        assertCode(() -> rejoin().run(ASKED), ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(world.marker.on()).isFalse();

        refusal = Optional.empty();
        rejoin().run(ASKED);
        assertThat(world.marker.on()).isTrue();
    }

    /** Encrypted while it was away. Nothing is imported without the keys, and what is here is kept when they come. */
    @Test
    void isAStandbyAlsoWithoutTheKeysOfTheRepository() {
        wasPrimary();
        anotherWasPromoted();
        refusal = Optional.of(new UnderstudyException(ErrorCode.IDENTITY_MISSING, "it was encrypted", "get one"));

        assertThatThrownBy(() -> rejoin().run(ASKED)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
            assertThat(e).hasMessageContaining("it was encrypted").hasMessageContaining("the marker is written");
            assertThat(e.hint()).contains("get one").contains("run agent-replica rejoin again");
        });
        assertThat(done).containsExactly("stop", "orphan");
        assertThat(world.marker.on()).isTrue();

        refusal = Optional.empty();
        assertThat(rejoin().run(ASKED).saved()).contains(SAVED);
        assertThat(done).endsWith("stop", "orphan before import, marked");
    }

    @Test
    void stopsNoSiteOfThePrimary() {
        wasPrimary();

        assertCode(() -> rejoin().run(ASKED), ErrorCode.USAGE);
        assertThat(done).isEmpty();
        assertThat(world.marker.on()).isFalse();
    }

    @Test
    void refusesWhereNothingStopsTheSite() {
        wasPrimary();
        anotherWasPromoted();

        assertCode(() -> rejoin(settings(List.of())).run(ASKED), ErrorCode.CONFIG_INVALID);
        assertThat(world.marker.on()).isFalse();
        rejoin(settings(List.of())).run(new Request(true, false, Set.of()));
        assertThat(world.marker.on()).isTrue();
    }

    /** The marker was written by hand, or by a rejoin that was killed after it. */
    @Test
    void savesAlsoWhereTheMarkerIsThereAndNothingWasImported() {
        wasPrimary();
        anotherWasPromoted();
        world.marker.putByHand(Optional.empty());

        assertThat(rejoin().run(ASKED).saved()).contains(SAVED);
        assertThat(done).containsExactly("stop", "orphan before import, marked");
    }

    /** It was handed over, and another was promoted before this server imported anything; or it went back to that. */
    @Test
    void savesWhatIsLiveAfterASwitchoverAndStartsTheSiteAgain() {
        wasPrimary();
        anotherWasPromoted();
        SnapshotId last = new SnapshotId(1, 1);
        copies(settings()).shipped(last);
        follows(Optional.of(last));

        assertThat(rejoin().run(ASKED).saved()).contains(SAVED);
        assertThat(done).containsExactly("stop", "orphan before import, marked", "restart");
    }

    @Test
    void savesWhatIsLiveAfterARollbackToItAndStartsTheSiteAgain() {
        wasPrimary();
        anotherWasPromoted();
        follows(Optional.empty());

        assertThat(rejoin().run(ASKED).saved()).contains(SAVED);
        assertThat(done).containsExactly("stop", "orphan before import, marked", "restart");
    }

    @Test
    void startsTheSiteOfAStandbyAgainWhereItsOrphanIsNotSaved() {
        wasPrimary();
        anotherWasPromoted();
        follows(Optional.empty());
        refusal = Optional.of(new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "away", "wait"));
        restartFailure = Optional.of(new UnderstudyException(ErrorCode.COMMAND_FAILED, "broken", "mend it"));

        assertThatThrownBy(() -> rejoin().run(ASKED))
                .hasMessage("away")
                .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(restartFailure.get()));

        assertThat(done).containsExactly("stop", "orphan before import, marked", "restart");
        assertThat(copies(settings()).current(1)).isEmpty();
    }

    @Test
    void aSiteThatDoesNotStartAgainLosesNothingOfTheOrphan() {
        wasPrimary();
        anotherWasPromoted();
        follows(Optional.empty());
        restartFailure = Optional.of(new UnderstudyException(ErrorCode.COMMAND_FAILED, "broken", "mend it"));

        assertThatThrownBy(() -> rejoin().run(ASKED))
                .hasMessage(
                        "cannot start the site again, which was stopped while orphan " + ORPHAN + " was saved: broken")
                .hasCause(restartFailure.get());

        assertThat(copies(settings())
                        .current(1)
                        .orElseThrow()
                        .end()
                        .orElseThrow()
                        .orphan())
                .contains(ORPHAN);
    }

    @Test
    void anOperatorWhoInterruptsItLeavesTheSiteRunning() {
        wasPrimary();
        anotherWasPromoted();
        follows(Optional.empty());
        whileSaving = () -> {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "run it again");
        };

        assertThatThrownBy(() -> rejoin().run(ASKED)).hasMessage("interrupted");

        assertThat(Thread.interrupted()).as("it still knows").isTrue();
        assertThat(done).endsWith("restart");
    }

    private void follows(Optional<SnapshotId> live) {
        world.store.change(record -> record.with(new Following(
                new DatabaseVersion(
                        world.databases.find(FakeDatabases.LIVE).orElseThrow(),
                        live,
                        Optional.empty(),
                        Optional.empty()),
                false,
                NOW,
                Optional.empty())));
        world.marker.putByHand(live);
    }

    /** Database and files may be of two snapshots. */
    @Test
    void savesNothingInTheMiddleOfAnApply() {
        wasPrimary();
        anotherWasPromoted();
        world.marker.putByHand(Optional.empty());
        world.source.commit(2, 3);
        world.points.dieBefore("stop");
        assertThatThrownBy(world::sync).isInstanceOf(Crash.class);
        world.points.live();

        assertCode(() -> rejoin().run(ASKED), ErrorCode.LOCKED);

        assertThat(done).isEmpty();
    }

    @Test
    void followsWhereTheDiskIsGone() {
        anotherWasPromoted();

        Result result = rejoin().run(ASKED);

        assertThat(result.why().orElseThrow()).contains("nothing is known of what it shipped");
        assertThat(done).containsExactly("stop");
        assertThat(world.marker.on()).isTrue();
    }

    /** It never was the primary before it was promoted without the filestore, and another server's claim came first. */
    @Test
    void savesWhatAServerWroteThatWasPromotedAndOverruled() {
        promotedUnclaimed(Optional.of(SHIPPED));
        anotherWasPromoted();
        world.store.change(record -> record.with(record.state().overruled()));

        assertThat(rejoin().nothingToSave()).isEmpty();
        Result result = rejoin().run(ASKED);

        assertThat(done).containsExactly("stop", "orphan of 1, began with " + SHIPPED);
        assertThat(result.saved()).contains(SAVED);
        assertThat(world.marker.on()).isTrue();
        assertThat(world.store.state()).isInstanceOf(Seeding.class);
    }

    /** What it imported in a later epoch than the one it once held is what it wrote over. */
    @Test
    void savesWhatAnOldPrimaryWroteInALaterTimeByTheSnapshotThatItBeganWith() {
        wasPrimary();
        promotedUnclaimed(Optional.of(new SnapshotId(2, 5)));
        repository.epochs().claim(new EpochClaim(3, "other", NOW, "promoted", "another"), key);

        rejoin().run(ASKED);

        assertThat(done).containsExactly("stop", "orphan of 2, began with " + new SnapshotId(2, 5));
    }

    /** Without a state folder it was made the primary by force: what it had before is of no snapshot that is known. */
    @Test
    void savesAllOfAServerThatBeganWithNoSnapshot() {
        promotedUnclaimed(Optional.empty());
        anotherWasPromoted();

        rejoin().run(ASKED);

        assertThat(done).containsExactly("stop", "orphan of 1");
    }

    @Test
    void savesWhatAStandbyWroteWhoseMarkerWasRemovedByHand() {
        world.databases.create(FakeDatabases.LIVE);
        follows(Optional.of(SHIPPED));
        world.marker.removeByHand();
        anotherWasPromoted();

        rejoin().run(ASKED);

        assertThat(done).containsExactly("stop", "orphan of 1, began with " + SHIPPED);
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void savesNothingOfAStandbyThatNeverServed() {
        world.databases.create(FakeDatabases.LIVE);
        follows(Optional.of(SHIPPED));
        anotherWasPromoted();

        assertThat(rejoin().run(ASKED).why().orElseThrow()).contains("holds no epoch");
        assertThat(done).doesNotContain("orphan of 1, began with " + SHIPPED);
    }

    @Test
    void savesNothingOfAnOverruledServerWhoseDatabaseIsGone() {
        promotedUnclaimed(Optional.of(SHIPPED));
        anotherWasPromoted();
        world.databases.server().drop(world.databases.find(FakeDatabases.LIVE).orElseThrow());

        assertThat(rejoin().run(ASKED).why().orElseThrow()).isEqualTo("the database \"site\" is not there");
        assertThat(world.marker.on()).isTrue();
    }

    /** Only its state says with what it began, so that is known until all of it is saved. */
    @Test
    void savesItAlsoWhereTheMarkerCameBackAndTheFirstAttemptFails() {
        promotedUnclaimed(Optional.of(SHIPPED));
        anotherWasPromoted();
        world.marker.putByHand(Optional.empty());
        refusal = Optional.of(new UnderstudyException(ErrorCode.IDENTITY_MISSING, "it was encrypted", "get one"));

        assertCode(() -> rejoin().run(ASKED), ErrorCode.IDENTITY_MISSING);
        refusal = Optional.empty();
        assertThat(rejoin().run(ASKED).saved()).contains(SAVED);

        assertThat(done).endsWith("stop", "orphan of 1, began with " + SHIPPED + " before import, marked");
        assertThat(world.store.state()).isInstanceOf(Seeding.class);
    }

    /** No import keeps its files: unlike an old primary it is no standby before they are saved. */
    @Test
    void anOverruledServerIsNoStandbyBeforeItsOrphanIsSaved() {
        promotedUnclaimed(Optional.of(SHIPPED));
        anotherWasPromoted();
        refusal = Optional.of(new UnderstudyException(ErrorCode.IDENTITY_MISSING, "it was encrypted", "get one"));

        assertThatThrownBy(() -> rejoin().run(ASKED)).hasMessage("it was encrypted");

        assertThat(world.marker.on()).isFalse();
    }

    /** Killed at any moment and run again: what it wrote is saved before the marker lets an import come. */
    @Test
    void whatAnOverruledServerWroteIsSavedBeforeTheMarkerWhereverItIsKilled() {
        promotedUnclaimed(Optional.of(SHIPPED));
        anotherWasPromoted();

        boolean ended = false;
        for (int deaths = 0; !ended; deaths++) {
            world.points.dieAt(deaths);
            try {
                rejoin().run(ASKED);
                ended = true;
            } catch (Crash e) {
                boolean saved = done.stream().anyMatch(each -> each.startsWith("orphan of 1"));
                assertThat(saved || !world.marker.on())
                        .as("after death " + deaths)
                        .isTrue();
            }
        }
        assertThat(done).anyMatch(each -> each.startsWith("orphan of 1, began with " + SHIPPED));
    }

    private void promotedUnclaimed(Optional<SnapshotId> began) {
        if (world.databases.find(FakeDatabases.LIVE).isEmpty()) {
            world.databases.create(FakeDatabases.LIVE);
        }
        world.store.change(record -> record.with(new Promoted(
                new DatabaseVersion(
                        world.databases.find(FakeDatabases.LIVE).orElseThrow(),
                        began,
                        Optional.empty(),
                        Optional.empty()),
                2,
                false,
                false,
                NOW)));
    }

    /** It serves the site, and lost its state folder. */
    @Test
    void stopsNoSiteOfAPrimaryThatLostItsState() {
        world.databases.create(FakeDatabases.LIVE);
        Settings own = settings(List.of("stop-site"));
        repository.epochs().claim(new EpochClaim(2, own.primary().name(), NOW, "promoted", "own"), key);

        assertCode(() -> rejoin(own).run(ASKED), ErrorCode.USAGE);
        assertThat(done).isEmpty();
        assertThat(world.marker.on()).isFalse();
    }

    @Test
    void followsWhereTheDatabaseIsGone() {
        epochs.hold(new EpochClaim(Optional.of(repository.id()), 1, "primary", NOW, "init", "nonce"));
        anotherWasPromoted();

        assertThat(rejoin().run(ASKED).why().orElseThrow()).contains("database \"site\" is not there");
        assertThat(done).containsExactly("stop");
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void savesNothingWhereItIsTold() {
        wasPrimary();
        anotherWasPromoted();

        assertThat(rejoin().run(new Request(false, true, Set.of())).saved()).isEmpty();
        assertThat(done).containsExactly("stop");
        assertThat(world.marker.on()).isTrue();
    }

    /** Killed at any moment: where the marker is there, an import knows that nothing is to be kept. */
    @Test
    void notesBeforeTheMarkerThatNothingIsSaved() {
        wasPrimary();
        anotherWasPromoted();
        KeptCopies copies = copies(settings());

        for (int deaths = 0; !world.marker.on(); deaths++) {
            world.points.dieAt(deaths);
            try {
                rejoin().run(new Request(false, true, Set.of()));
            } catch (Crash e) {
                assertThat(world.marker.on())
                        .isEqualTo(world.marker.on() && copies.current(1).isPresent());
            }
        }
        assertThat(copies.current(1)).isPresent();
    }

    private static void assertCode(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
