package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RevisionKeeper;
import io.understudy.repository.JunkObject;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails while revisions of rows are kept is a warning, and the next look tries again. */
class RevisionServiceTest {
    @TempDir
    private Path folder;

    private final List<String> reported = new ArrayList<>();
    private int looks;

    private RevisionService service(Supplier<List<SnapshotId>> snapshots) throws IOException {
        Settings settings =
                SettingsFile.load(Files.writeString(folder.resolve("understudy.yaml"), """
                site: example
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                trees: [{name: media, kind: files, path: %1$s/media}]
                filestore: {url: "file://%1$s/store"}
                history: {tables: [{table: rsc, keep: 1 year}]}
                """.formatted(folder)));
        SnapshotReader reader = new SnapshotReader() {
            @Override
            public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
                throw new AssertionError(name);
            }

            @Override
            public List<SnapshotId> list() {
                looks++;
                return snapshots.get();
            }

            @Override
            public Opened open(SnapshotId snapshot) {
                throw new AssertionError(snapshot);
            }
        };
        Events events = new Events(Clock.systemUTC(), (event, at) -> reported.add(event.message()));
        return new RevisionService(
                remarks -> new RevisionKeeper(settings, reader, remarks, (id, erased) -> {}, Clock.systemUTC()),
                events,
                new FakeTicker());
    }

    @Test
    void aServerThatIsAwayIsAWarningOnceAndTriedAgain() throws IOException {
        RevisionService service = service(List::of);
        service.run();
        service.run();
        assertThat(looks).isEqualTo(2);
        assertThat(reported).singleElement().asString().contains("revisions of rows are not kept at present: cannot");
    }

    @Test
    void aFilestoreThatIsAwayIsAWarningAndADefectEndsNothing() throws IOException {
        service(() -> {
                    throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "the filestore is away", "wait");
                })
                .run();
        assertThat(reported).singleElement().asString().contains("the filestore is away");
        service(() -> {
                    throw new IllegalStateException("a defect");
                })
                .run();
        assertThat(reported).hasSize(2).last().asString().contains("the history of rows");
    }

    @Test
    void aGapNamesTheTableAndBothSnapshots() throws IOException {
        service(List::of).gap("public.rsc", "00000001-00000002", "00000001-00000009");
        assertThat(reported)
                .containsExactly("of public.rsc the revisions between snapshots 00000001-00000002 and 00000001-00000009"
                        + " are missing: 00000001-00000002 is no longer kept");
    }
}
