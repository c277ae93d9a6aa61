package io.understudy.replica.fetch;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.SampleSite;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.blob.StreamRef;
import io.understudy.setup.SnapshotName;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MirroredReaderTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore far = new InMemoryFilestore(time);
    private final InMemoryFilestore near = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(far, time.clock());
    private final Mirror mirror = new Mirror(near, site.repository(), 2, () -> Long.MAX_VALUE / 2, time.clock());
    private final MirroredReader reader = new MirroredReader(site::repository, () -> Optional.of(mirror));

    /** The first is in the mirror too, the second in the filestore alone. */
    @BeforeEach
    void twoSnapshots() {
        site.commit(id(1, 1), 1);
        site.commit(id(1, 2), 2);
        mirror.fetch(id(1, 1), Progress.none());
    }

    private SnapshotName.Found find(String name) {
        return reader.find(SnapshotName.parse(name, time.clock()), junk -> {});
    }

    private void takeTheFilestoreAway() {
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
    }

    @Test
    void findsTheNewestInTheFilestoreAndAllOfBoth() {
        far.delete(id(1, 1).key());
        assertThat(find("latest").snapshot()).isEqualTo(id(1, 2));
        assertThat(find(id(1, 1).toString()).snapshot()).isEqualTo(id(1, 1));
        assertThat(reader.list()).containsExactly(id(1, 1), id(1, 2));
    }

    @Test
    void needsNoFilestoreForWhatTheMirrorHolds() throws IOException {
        takeTheFilestoreAway();
        assertThat(find(id(1, 1).toString()).remark()).isEmpty();
        assertThat(find("latest"))
                .isEqualTo(new SnapshotName.Found(
                        id(1, 1),
                        Optional.of("warning: "
                                + failure(() -> site.repository().list()).getMessage()
                                + "; of this server's own copy, latest is 00000001-00000001")));
        assertThat(find("latest:manual").snapshot()).isEqualTo(id(1, 1));
        assertThat(reader.list()).containsExactly(id(1, 1));
        assertThat(readAll(reader.open(id(1, 1)))).isPositive();
    }

    @Test
    void theFilestoresFailureIsSaidForWhatTheMirrorLacks() {
        takeTheFilestoreAway();
        assertThat(failure(() -> find(id(1, 2).toString())).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(failure(() -> reader.open(id(1, 2))).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void aWrongNameIsNoReasonToAskTheMirror() {
        UnderstudyException unknown = failure(() -> find("00000001-00000009"));
        assertThat(unknown.code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
        assertThat(unknown.hint()).contains("00000001-00000002");
    }

    @Test
    void withoutAMirrorAllIsReadInTheFilestore() throws IOException {
        MirroredReader alone = new MirroredReader(site::repository, Optional::empty);
        assertThat(alone.list()).hasSize(2);
        assertThat(readAll(alone.open(id(1, 2)))).isPositive();
        takeTheFilestoreAway();
        assertThat(failure(alone::list).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    /** What is erased under it stays erased, and somebody may have overwritten the identity, which nothing signs. */
    @Test
    void withoutAMirrorNothingIsErasedUnderAnIdThatNothingConfirms() {
        MirroredReader alone = new MirroredReader(site::repository, Optional::empty);
        assertThat(alone.erasureHash()).isPresent();
        site.repository().list().forEach(site.repository()::delete);
        assertThat(failure(alone::erasureHash).code()).isEqualTo(ErrorCode.REPOSITORY_MISSING);
    }

    /** What is damaged here is read there, and what is here stays for the agent to repair. */
    @Test
    void whatTheMirrorLacksOrHasDamagedIsReadInTheFilestore() throws IOException {
        long whole = readAll(reader.open(id(1, 1)));
        List<String> blobs = new ArrayList<>(
                near.keys().stream().filter(key -> key.startsWith("blobs/")).toList());
        for (String blob : blobs) {
            near.put(blob, Content.of(new byte[] {1, 2, 3}));
        }
        near.delete(blobs.get(0));
        assertThat(readAll(reader.open(id(1, 1)))).isEqualTo(whole);
        assertThat(near.keys()).containsAll(blobs.subList(1, blobs.size()));
        takeTheFilestoreAway();
        assertThat(failure(() -> readAll(reader.open(id(1, 1)))).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void aDamagedManifestOfTheMirrorIsReadInTheFilestore() throws IOException {
        near.put(id(1, 1).key(), Content.of(new byte[] {1, 2, 3}));
        assertThat(reader.open(id(1, 1)).manifest().snapshot()).isEqualTo(id(1, 1));
    }

    private static long readAll(Opened opened) throws IOException {
        StreamRef index = opened.manifest().trees().get(0).index();
        try (InputStream in = new StreamReader("index", index, opened.blobs())) {
            return in.readAllBytes().length;
        }
    }

    private static UnderstudyException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        UnderstudyException[] thrown = new UnderstudyException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(UnderstudyException.class, e -> thrown[0] = e);
        return thrown[0];
    }
}
