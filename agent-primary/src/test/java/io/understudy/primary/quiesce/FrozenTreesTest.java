package io.understudy.primary.quiesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.events.PrimaryEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The trees are fixed while the site is quiet. */
class FrozenTreesTest extends QuiesceFixture {
    @Test
    void linkedFilesAreReadAsTheyWereAtTheMoment() {
        links = true;
        write("b.txt", "before");
        primary.database.moments(() -> {});
        onStart = () -> {
            write("a.txt", "replaced behind the moment");
            write("c.txt", "came behind the moment");
        };

        Taken taken = take();

        assertThat(paths(taken)).containsExactly(".", "a.txt", "b.txt");
        assertThat(taken.manifest().totals().fileBytes()).isEqualTo("upload".length() + "before".length());
        assertThat(primary.media.resolve(".understudy/frozen")).doesNotExist();
    }

    /** As a file system with reflinks: what is copied is another file. */
    @Test
    void reflinkedFilesAreReadAsTheyWereThoughTheyAreChangedInPlace() {
        links = true;
        reflinks = FrozenTreesTest::copied;
        primary.database.moments(() -> {});
        onStart = () -> inPlace("a.txt", "a change in place");

        Taken taken = take();

        assertThat(taken.manifest().totals().fileBytes()).isEqualTo("upload".length());
        assertThat(events).contains(new PrimaryEvent.TreeReflinked("media"));
        assertThat(primary.media.resolve(".understudy/frozen")).doesNotExist();
    }

    /** Half a copy is none. */
    @Test
    void whereReflinksEndInTheMiddleAllFilesAreLinked() {
        links = true;
        write("b.txt", "before");
        reflinks = (entries, folder, limit) -> {
            assertThat(limit).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
            copied(entries.subList(0, 1), folder, limit);
            return false;
        };
        primary.database.moments(() -> {});
        onStart = () -> inPlace("a.txt", "a change in place");

        Taken taken = take();

        assertThat(paths(taken)).containsExactly(".", "a.txt", "b.txt");
        assertThat(taken.manifest().totals().fileBytes())
                .as("a hard link shares the change")
                .isEqualTo("a change in place".length() + "before".length());
        assertThat(events).contains(new PrimaryEvent.TreeHardLinked("media"));
    }

    /** No link leads to another file system; nothing is stopped to find that out. */
    @Test
    void aTreeWithAnotherFileSystemInItIsRefusedBeforeTheSiteIsStopped() throws IOException {
        links = true;
        Path film = primary.media.toRealPath().resolve("film 2026");
        mounts = OneFileSystemTest.mountedAt(film);

        assertThatThrownBy(this::take)
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FILE_UNSUPPORTED);
                    assertThat(e.hint()).contains("quiesce.files: walk");
                })
                .hasMessageContaining("tree media")
                .hasMessageContaining(film + " is another file system");
        assertThat(calls).isEmpty();
        assertThat(note.exists()).isFalse();
    }

    private void inPlace(String name, String text) {
        try {
            Files.writeString(primary.media.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean copied(List<Path> entries, Path folder, Duration limit) {
        entries.forEach(entry -> {
            try {
                Files.copy(
                        entry,
                        folder.resolve(entry.getFileName()),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return true;
    }

    /** Millions of links take their time, too. */
    @Test
    void theSiteIsStartedWhenItsFilesAreNotLinkedWithinTheLimit() {
        links = true;
        stopping = Duration.ofMinutes(6);
        primary.database.moments(() -> {});

        assertThatThrownBy(this::take)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT))
                .hasMessageContaining("300 s before all its files were linked");

        assertThat(calls).containsExactly("stop", "start");
        assertThat(note.exists()).isFalse();
        assertThat(primary.media.resolve(".understudy/frozen")).doesNotExist();
    }

    @Test
    void aLinkFarmHasFoldersLinksAndTimes() throws IOException {
        Files.createDirectory(primary.media.resolve("sub"));
        write("sub/deep.txt", "x");
        Files.createSymbolicLink(primary.media.resolve("link"), Path.of("a.txt"));
        TreeSettings tree = primary.source().trees().get(0);

        Path farm = LinkFarm.make(tree, Reflinks.NONE, () -> Duration.ofMinutes(1), () -> {})
                .folder();

        assertThat(Files.readSymbolicLink(farm.resolve("link"))).isEqualTo(Path.of("a.txt"));
        for (String path : List.of("sub", "sub/deep.txt")) {
            assertThat(Files.readAttributes(
                            farm.resolve(path), "unix:mode,lastModifiedTime,uid", LinkOption.NOFOLLOW_LINKS))
                    .isEqualTo(Files.readAttributes(
                            primary.media.resolve(path), "unix:mode,lastModifiedTime,uid", LinkOption.NOFOLLOW_LINKS));
        }
        LinkFarm.remove(tree);
        assertThat(primary.media.resolve("a.txt")).hasContent("upload");
    }

    /** Another snapshot with the same name would be refused. */
    @Test
    void whatAKilledSnapshotFrozeIsThawedThoughTheSiteDoesNotStart() throws IOException {
        freeze = List.of("do");
        Files.createDirectory(folder.resolve("frozen"));
        leftStopped();
        failingStarts.set(1);
        primary.database.moments(() -> calls.add("moment"));

        take();

        assertThat(calls).containsExactly("start", "thaw", "stop", "freeze", "start", "moment", "thaw");
        assertThat(note.exists()).isFalse();
    }

    /** It may hang for quiesce.limit, and millions of links take their time. */
    @Test
    void theCommitWaitsForNoThaw() throws IOException {
        freeze = List.of("do");
        Files.createDirectory(folder.resolve("frozen"));
        primary.database.moments(() -> {});
        onThaw = () -> calls.add("committed " + primary.repository.list().size());

        take();

        assertThat(calls).containsExactly("stop", "freeze", "start", "thaw", "committed 1");
        assertThat(note.exists()).isFalse();
    }

    @Test
    void aThawThatHangsFailsNoSnapshotAndIsReportedAndTriedAgain() throws IOException {
        freeze = List.of("do");
        Files.createDirectory(folder.resolve("frozen"));
        primary.database.moments(() -> {});
        failingThaw = true;

        assertThat(take().manifest().snapshot())
                .isEqualTo(primary.repository.list().get(0));

        assertThat(reported(PrimaryEvent.QuiesceLeftover.class)).isEqualTo(1);
        assertThat(note.exists()).isTrue();
        failingThaw = false;
        watch().look();
        assertThat(note.exists()).isFalse();
        assertThat(reported(PrimaryEvent.QuiesceCleared.class)).isEqualTo(1);
    }

    /** The site is not stopped, for as long as that command hangs, for a snapshot that fails all the same. */
    @Test
    void whatIsLeftAndCannotBeThawedFailsTheNextSnapshotBeforeTheSiteIsStopped() throws IOException {
        freeze = List.of("do");
        Files.createDirectory(folder.resolve("frozen"));
        primary.database.moments(() -> {});
        failingThaw = true;
        take();
        calls.clear();

        assertThatThrownBy(this::take).hasMessageContaining("cannot thaw");

        assertThat(calls).isNotEmpty().containsOnly("thaw");
        failingThaw = false;
        calls.clear();
        take();
        assertThat(calls).containsExactly("thaw", "stop", "freeze", "start", "thaw");
    }

    @Test
    void hooksFreezeAndThaw() throws IOException {
        freeze = List.of("do");
        Files.createDirectory(folder.resolve("frozen"));
        Files.writeString(folder.resolve("frozen/only.txt"), "frozen");
        primary.database.moments(() -> calls.add("moment"));

        Taken taken = take();

        assertThat(calls).containsExactly("stop", "freeze", "start", "moment", "thaw");
        assertThat(paths(taken)).containsExactly(".", "only.txt");
    }
}
