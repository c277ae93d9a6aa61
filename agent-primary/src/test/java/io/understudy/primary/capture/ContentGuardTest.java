package io.understudy.primary.capture;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileSystemPlace;
import io.understudy.files.TreeKind;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentGuardTest {
    private static final FileSystemPlace MOUNTED = new FileSystemPlace("ext4", "4f2c", "/");
    private static final FileSystemPlace ROOT = new FileSystemPlace("ext4", "aaaa", "/srv/media");

    @TempDir
    Path folder;

    private PrimaryFixture primary;
    private TreeSettings media;
    private TreePlaces places;

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        media = new TreeSettings("media", TreeKind.FILES, primary.media, List.of());
        places = new TreePlaces(primary.state);
    }

    @Test
    void refusesAnEmptiedTreeUntilItIsAccepted() throws IOException {
        take();
        Files.delete(primary.media.resolve("a.txt"));
        assertFails(ErrorCode.CONTENT_GONE, this::take)
                .hasMessage("cannot take a snapshot: the tree media (" + primary.media
                        + ") is empty, and had 1 entries in 00000001-00000001");
        assertThat(primary.repository.newest().orElseThrow().sequence()).isEqualTo(1);

        assertThat(take("media").trees().get(0).entries()).isZero();
        // What was accepted is what the next one is compared with.
        take();
        Files.writeString(primary.media.resolve("b.txt"), "back");
        take();
        Files.delete(primary.media.resolve("b.txt"));
        assertFails(ErrorCode.CONTENT_GONE, this::take);
    }

    @Test
    void theHintNamesTheCommand() throws IOException {
        take();
        Files.delete(primary.media.resolve("a.txt"));
        assertFails(ErrorCode.CONTENT_GONE, this::take)
                .extracting("hint")
                .asString()
                .contains("mount its disk", "may_be_empty", "agent-primary snapshot --accept-empty media");
    }

    @Test
    void aPipeIsNoContent() throws IOException, InterruptedException {
        take();
        Files.delete(primary.media.resolve("a.txt"));
        Path pipe = primary.media.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertFails(ErrorCode.CONTENT_GONE, this::take);
    }

    @Test
    void refusesAnEmptiedTreeAlsoWhenNothingIsReliedOn() throws IOException {
        take();
        new FullSnapshotFlag(primary.state).raise("test");
        Files.delete(primary.media.resolve("a.txt"));
        assertFails(ErrorCode.CONTENT_GONE, this::take);
    }

    @Test
    void aTreeThatMayBeEmptyIsTaken() {
        Manifest last = take();
        TreeSettings may = new TreeSettings("media", TreeKind.FILES, primary.media, List.of(), true, false, false);
        ContentGuard guard = new ContentGuard(List.of(may), Set.of(), Optional.of(last), places);
        guard.look(glance(Optional.empty(), true));
        guard.captured(may, empty());
    }

    @Test
    void noticesATreeThatLosesItsContentWhileItIsRead() {
        ContentGuard guard = guard(Optional.of(take()), Set.of());
        assertFails(ErrorCode.CONTENT_GONE, () -> guard.captured(media, empty()));
    }

    @Test
    void theFirstSnapshotMayBeOfNothing() throws IOException {
        Files.delete(primary.media.resolve("a.txt"));
        take();
        ContentGuard guard = guard(Optional.empty(), Set.of());
        guard.look(glance(Optional.empty(), true));
        guard.database(0);
    }

    @Test
    void refusesADatabaseWithoutTablesUntilItIsAccepted() {
        Optional<Manifest> last = Optional.of(take());
        assertFails(ErrorCode.CONTENT_GONE, () -> guard(last, Set.of()).database(0))
                .hasMessageContaining("the database has no tables, and had 1 in 00000001-00000001");
        guard(last, Set.of("database")).database(0);
        guard(last, Set.of()).database(1);
    }

    @Test
    void refusesATreeOnAnotherFileSystemUntilItIsAccepted() {
        commit(MOUNTED, Set.of());
        assertFails(ErrorCode.CONTENT_GONE, () -> commit(ROOT, Set.of()))
                .hasMessageContaining(
                        "lies on another file system than at the last snapshot: on /srv/media of ext4 aaaa,"
                                + " then on / of ext4 4f2c");
        assertFails(ErrorCode.CONTENT_GONE, () -> commit(new FileSystemPlace("ext4", "other disk", "/"), Set.of()));
        assertFails(ErrorCode.CONTENT_GONE, () -> commit(new FileSystemPlace("tmpfs", "", "/"), Set.of()));
        commit(ROOT, Set.of("media"));
        commit(ROOT, Set.of());
    }

    /** As in a service's sandbox, where /dev/disk is not to be seen. */
    @Test
    void anIdentityThatIsNotKnownNowIsKeptFromBefore() {
        commit(MOUNTED, Set.of());
        commit(new FileSystemPlace("ext4", "", "/"), Set.of());
        commit(MOUNTED, Set.of());
        assertFails(ErrorCode.CONTENT_GONE, () -> commit(new FileSystemPlace("ext4", "other disk", "/"), Set.of()));
    }

    @Test
    void comparesNothingWhenThePathWasChangedOrTheNoteIsLostOrDamaged() throws IOException {
        commit(MOUNTED, Set.of());
        Path note = primary.state.resolve("tree-places.json");
        Files.writeString(
                note,
                "{\"format\":1,\"trees\":{\"media\":{\"path\":\"/else\",\"place\":"
                        + "{\"type\":\"ext4\",\"identity\":\"\",\"inside\":\"/\"}}}}");
        commit(ROOT, Set.of());
        for (String damage : List.of("", "{", "{\"format\":2,\"trees\":{}}", "{\"format\":1}", "[]")) {
            Files.writeString(note, damage);
            commit(MOUNTED, Set.of());
            commit(ROOT, Set.of("media"));
        }
        Files.delete(note);
        commit(MOUNTED, Set.of());
    }

    @Test
    void aSnapshotThatFailedIsNotComparedWith() {
        commit(MOUNTED, Set.of());
        guard(Optional.empty(), Set.of("media")).look(glance(Optional.of(ROOT), false));
        commit(MOUNTED, Set.of());
    }

    @Test
    void refusesToAcceptWhatIsNotThere() {
        assertFails(ErrorCode.USAGE, () -> take("medai"))
                .hasMessage("cannot accept that \"medai\" is empty: there is no such tree")
                .extracting(failure -> ((UnderstudyException) failure).hint())
                .asString()
                .startsWith("did you mean media? the trees are media");
        assertFails(ErrorCode.USAGE, () -> take("databse"))
                .extracting(failure -> ((UnderstudyException) failure).hint())
                .asString()
                .startsWith("did you mean database?");
    }

    private void commit(FileSystemPlace place, Set<String> accepted) {
        ContentGuard guard = guard(Optional.empty(), accepted);
        guard.look(glance(Optional.of(place), false));
        guard.committed();
    }

    private ContentGuard guard(Optional<Manifest> last, Set<String> accepted) {
        return new ContentGuard(List.of(media), accepted, last, places);
    }

    private Manifest take(String... accepted) {
        return primary.taker(Events.none())
                .take(new SnapshotRequest(List.of("manual"), Set.of(accepted)), Progress.none())
                .manifest();
    }

    private static TreeData empty() {
        return new TreeData("media", TreeKind.FILES, 0, 0, StreamRef.of(List.of()), StreamRef.of(List.of()));
    }

    private static SourceTrees glance(Optional<FileSystemPlace> place, boolean empty) {
        return new SourceTrees() {
            @Override
            public Optional<Glance> look(TreeSettings tree) {
                return Optional.of(new Glance(place, empty));
            }

            @Override
            public Captured capture(
                    TreeSettings tree, BlobSink sink, Optional<TreeData> base, BlobSource source, Progress progress) {
                throw new AssertionError("not read here");
            }
        };
    }
}
