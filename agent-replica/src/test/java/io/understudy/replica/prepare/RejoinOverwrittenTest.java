package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.DyingAt;
import io.understudy.replica.kept.GonePart;
import io.understudy.replica.kept.KeptCopies;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An old primary over which a snapshot was imported before it was asked what it never shipped. */
class RejoinOverwrittenTest extends OverwrittenPrimary {
    @Test
    void savesWhatTheExchangeKept() throws IOException {
        imported(3);
        Files.delete(folder.resolve("media/a.txt"));

        Result result = rejoin(ASKED);

        assertThat(result.saved().orElseThrow().orphan()).contains(ORPHAN);
        assertThat(result.missing()).isEmpty();
        assertThat(saved).singleElement().satisfies(found -> {
            assertThat(found.database()).isEqualTo(world.databases.name(before));
            assertThat(found.trees()).containsOnlyKeys("media");
        });
        assertThat(kept).doesNotExist();
        assertThat(world.store.record().setAside())
                .containsExactly(saved.get(0).database().orElseThrow());
        assertThat(world.marker.on()).isTrue();
    }

    /** Also files that later imports replaced: no clean-up touches what is kept. */
    @Test
    void savesItAlsoAfterMoreImports() throws IOException {
        imported(3);
        imported(4);
        imported(5);
        assertThat(kept.resolve("a.txt")).hasContent("never shipped");

        assertThat(rejoin(ASKED).saved()).isPresent();

        assertThat(saved.get(0).database())
                .isEqualTo(world.databases.name(before))
                .isPresent();
        imported(6);
        assertThat(world.databases.name(before)).isPresent();
    }

    @Test
    void makesOneOrphanOfOneCopy() {
        imported(3);
        rejoin(ASKED);

        Result again = rejoin(ASKED);

        assertThat(saved).hasSize(1);
        assertThat(again.saved()).contains(new Saved(Optional.of(ORPHAN), true, Optional.of(SHIPPED)));
    }

    @Test
    void keepsItUntilItIsSaved() {
        imported(3);
        refusal = Optional.of(new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "away", "wait"));

        assertThatThrownBy(() -> rejoin(ASKED)).hasMessageContaining("away");

        assertThat(kept).isDirectory();
        imported(4);
        assertThat(kept).isDirectory();
        refusal = Optional.empty();
        assertThat(rejoin(ASKED).saved()).isPresent();
        assertThat(saved.get(0).database()).isPresent();
    }

    /** The database has its old name or the new one, and what is kept stays. */
    @Test
    void goesOnAfterACrashAtAnyPoint() {
        imported(3);
        int deaths = 0;
        while (saved.isEmpty()) {
            world.points.dieAt(deaths);
            try {
                rejoin(ASKED);
            } catch (Crash e) {
                deaths++;
                assertThat(kept).isDirectory();
                assertThat(world.databases.name(before)).isPresent();
            }
        }

        assertThat(deaths).isPositive();
        world.points.live();
        assertThat(saved.get(0).database()).isEqualTo(world.databases.name(before));
        imported(4);
        assertThat(world.databases.name(before)).isPresent();
    }

    @Test
    void saysWhatIsNotKeptAnyMore() {
        imported(3);
        imported(4);
        world.databases.server().drop(before);

        Result result = rejoin(ASKED);

        assertThat(result.missing()).containsExactly(new GonePart("database", false));
        assertThat(saved.get(0).database()).isEmpty();
        assertThat(saved.get(0).trees()).containsOnlyKeys("media");
    }

    @Test
    void saysWhenItWasOverwrittenWhereNothingIsKept() {
        imported(3);
        imported(4);
        rejoin(new Request(true, true, Set.of()));
        assertThat(kept).doesNotExist();
        world.databases.server().drop(before);

        assertThat(rejoin(ASKED).why().orElseThrow())
                .contains(FIRST.toString())
                .contains("given up with --without-orphan at ");
        assertThat(saved).isEmpty();
    }

    /** What is live then is its final snapshot, so imports over it keep nothing. */
    @Test
    void knowsAfterASwitchoverThatAllOfItWasShipped() {
        copies().shipped(SHIPPED);
        copies().shipped(SHIPPED);
        world.store.change(record -> record.with(new Following(
                new DatabaseVersion(before, Optional.of(SHIPPED), Optional.empty(), Optional.empty()),
                false,
                NOW,
                Optional.empty())));
        imported(3);
        imported(4);
        world.databases.server().drop(before);

        assertThat(rejoin(ASKED)).isEqualTo(nothingDiffersFrom(SHIPPED));
        assertThat(saved).isEmpty();
        assertThat(live).isEmpty();
    }

    private static Result nothingDiffersFrom(SnapshotId shipped) {
        return new Result(Optional.of(new Saved(Optional.empty(), true, Optional.of(shipped))), Optional.empty());
    }

    /** It was kept by a version without notes. */
    @Test
    void findsTheDatabaseWithoutANote() {
        world.source.commit(2, 3);
        world.sync();

        assertThat(rejoin(ASKED).saved()).isPresent();

        assertThat(saved)
                .containsExactly(new Found(
                        1, world.databases.name(before), Map.of(), List.of(new GonePart("tree media", false))));
    }

    /** One that was set aside may be of an earlier time. */
    @Test
    void takesNoOtherDatabaseWithoutANote() {
        world.source.commit(2, 3);
        world.sync();
        world.source.commit(2, 4);
        world.sync();
        assertThat(world.store.record().setAside()).isNotEmpty();

        assertThat(rejoin(ASKED).why().orElseThrow()).contains("no database of it is known");
        assertThat(saved).isEmpty();
    }

    /** It has a new name by then. */
    @Test
    void findsTheDatabaseWithoutANoteAfterACrashToo() {
        world.source.commit(2, 3);
        world.sync();
        refusal = Optional.of(new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "away", "wait"));
        assertThatThrownBy(() -> rejoin(ASKED)).hasMessageContaining("away");
        refusal = Optional.empty();

        assertThat(rejoin(ASKED).saved()).isPresent();
        assertThat(saved.get(0).database())
                .isEqualTo(world.databases.name(before))
                .isPresent();
    }

    /** It lies next to what is live by now, where no orphan is made of it. */
    @Test
    void saysOfAnotherKindOfDatabaseThatTheOrphanHasNotWhatItHad() {
        imported(3);
        KeptCopies copies = copies(withAnotherDatabase());

        Found found = copies.find(copies.current(1).orElseThrow());

        assertThat(found.gone()).containsExactly(new GonePart("database shop", true));
        assertThat(found.database()).isPresent();
    }

    @Test
    void saysThatATreeWasNotLinked() throws IOException {
        Files.writeString(folder.resolve("media/.understudy"), "in the way");
        imported(3);

        assertThat(rejoin(ASKED).missing()).containsExactly(new GonePart("tree media", false));
    }

    @Test
    void keepsATreeThatOnlyALaterAttemptCannotLink() throws IOException {
        copies().before(FIRST);
        Files.writeString(kept.resolveSibling("1.draft"), "in the way");
        Files.move(folder.resolve("media"), folder.resolve("away"));
        copies().before(FIRST);
        Files.move(folder.resolve("away"), folder.resolve("media"));
        imported(4);

        assertThat(rejoin(ASKED).missing()).isEmpty();
    }

    @Test
    void deletesTheLinksThatAKilledOneLeft() throws IOException {
        imported(3);
        Files.createDirectory(kept.resolveSibling("1.draft"));
        try (DyingAt ended = new DyingAt(ReplicaPoint.KEPT_COPY_ENDED)) {
            assertThatThrownBy(() -> rejoin(ASKED)).isInstanceOf(DyingAt.Died.class);
            assertThat(ended.happened()).isTrue();
        }
        assertThat(kept).isDirectory();

        assertThat(rejoin(ASKED).saved()).isPresent();

        assertThat(kept.getParent()).isEmptyDirectory();
    }

    /** Its orphan was saved before the marker. */
    @Test
    void keepsNothingOfAServerThatReturnedInOrder() {
        copies().endLive(1, true, Optional.of(ORPHAN), Optional.of(SHIPPED));

        imported(3);

        assertThat(kept).doesNotExist();
        assertThat(rejoin(ASKED).saved().orElseThrow().existed()).isTrue();
        assertThat(saved).isEmpty();
    }

    /** An older snapshot of this server's own was restored over what it never shipped. */
    @Test
    void savesItAlsoWhereItsOwnSnapshotWasImported() {
        copies().before(SHIPPED);
        world.source.commit(SHIPPED.epoch(), SHIPPED.sequence());
        world.sync();
        assertThat(kept.resolve("a.txt")).hasContent("never shipped");

        assertThat(rejoin(ASKED).saved()).isPresent();

        assertThat(saved).singleElement().satisfies(found -> {
            assertThat(found.database()).isEqualTo(world.databases.name(before));
            assertThat(found.trees()).containsOnlyKeys("media");
        });
    }

    /** The same, imported by a version without notes. */
    @Test
    void knowsThatItsOwnSnapshotWasImportedWithoutANote() {
        world.source.commit(SHIPPED.epoch(), SHIPPED.sequence());
        world.sync();

        assertThat(rejoin(ASKED).saved()).isPresent();

        assertThat(saved)
                .singleElement()
                .satisfies(found -> assertThat(found.database()).isEqualTo(world.databases.name(before)));
    }

    /** It has the final snapshot of its switchover. */
    @Test
    void keepsNothingOfAStandby() {
        world.store.change(record -> record.with(new Following(
                new DatabaseVersion(before, Optional.of(SHIPPED), Optional.empty(), Optional.empty()),
                false,
                NOW,
                Optional.empty())));

        copies().before(FIRST);

        assertThat(kept).doesNotExist();
    }
}
