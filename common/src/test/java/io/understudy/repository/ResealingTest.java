package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.filestore.Filestore;
import io.understudy.progress.Progress;
import io.understudy.repository.Resealing.Result;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResealingTest {
    private static final AgeIdentity STANDBY = AgeIdentity.generate();
    private static final List<Recipient> RECIPIENTS =
            List.of(STANDBY.recipient(), AgeIdentity.generate().recipient());

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final InMemoryFilestore folder = new InMemoryFilestore(time);
    private final RepositoryKey key = RepositoryKey.generate(new SecureRandom());
    private final SampleSite site = new SampleSite(store, time.clock(), key, RECIPIENTS);
    private final Transfer transfer = new Transfer(2);

    @TempDir
    Path home;

    private Repository standby;
    private Manifest first;

    @BeforeEach
    void aMirror() throws IOException {
        first = site.commit(id(1, 1), 1);
        standby = open(store);
        copy(id(1, 1));
    }

    @Test
    void aMirrorOfBeforeIsCompletedAndOpensWithoutTheFilestore() throws IOException {
        rekey();
        String blob = standby.blobs()
                .object(first.database().archive().direct().get(0).id());
        folder.delete(blob);
        copy(id(1, 1));
        assertThat(folder.open(id(1, 1).key(), 0).readAllBytes())
                .isEqualTo(store.open(id(1, 1).key(), 0).readAllBytes());
        Repository alone = open(folder);
        assertThat(alone.read(id(1, 1))).isEqualTo(first);
        new Verification(2).verify(alone, id(1, 1), Progress.none());
    }

    @Test
    void whatComesLaterBringsItsKeyToTheMirror() throws IOException {
        InMemoryFilestore other = new InMemoryFilestore(time);
        Repository mirror = RepositoryCopy.open(other, standby);
        rekey();
        transfer.copy(standby, mirror, id(1, 1), bytes -> {}, Progress.none());
        assertThat(open(other).read(id(1, 1))).isEqualTo(first);
    }

    @Test
    void eachObjectKeepsItsLengthAndASecondPassChangesNothing() throws IOException {
        List<Long> before = sizes();
        Result result = rekey();
        assertThat(result.isDone()).isTrue();
        assertThat(result.resealed()).isEqualTo(before.size() + 1L);
        assertThat(sizes()).isEqualTo(before);
        Result again = open(store).resealing(site.key()).run(Optional.empty(), () -> true, at -> {}, Progress.none());
        assertThat(again).isEqualTo(Result.NOTHING);
    }

    /** It opens with the newest key alone, as each snapshot does. */
    @Test
    void anOrphanIsEncryptedAgainToo() throws IOException {
        Manifest orphan = site.orphan(id(1, 2), 2);
        String object = "orphans/" + id(1, 2) + ".json";
        byte[] before = store.open(object, 0).readAllBytes();

        rekey();

        assertThat(store.open(object, 0).readAllBytes()).isNotEqualTo(before);
        Repository opened = open(store).orphans();
        assertThat(opened.read(id(1, 2))).isEqualTo(orphan);
        new Verification(2).verify(opened, id(1, 2), Progress.none());
        assertThat(open(store).resealing(site.key()).run(Optional.empty(), () -> true, at -> {}, Progress.none()))
                .isEqualTo(Result.NOTHING);
    }

    @Test
    void stoppedItSaysWhatIsLeft() throws IOException {
        int blobs = sizes().size();
        KeyObject.create(store, standby.id(), SITE, key.next(), RECIPIENTS, site.key());
        Result none = open(store).resealing(site.key()).run(Optional.empty(), () -> false, at -> {}, Progress.none());
        assertThat(none.left()).isEqualTo(blobs + 1L);
        AtomicInteger asked = new AtomicInteger();
        Result some = open(store)
                .resealing(site.key())
                .run(Optional.empty(), () -> asked.getAndIncrement() < 1, at -> {}, Progress.none());
        assertThat(some.left()).as("the manifest").isEqualTo(1);
        assertThat(some.resealed()).isEqualTo(blobs);
        assertThat(standby.read(id(1, 1))).isEqualTo(first);
    }

    private List<Long> sizes() {
        return store.keys().stream()
                .filter(object -> object.startsWith("blobs/"))
                .map(object -> store.stat(object).orElseThrow().size())
                .toList();
    }

    private Result rekey() throws IOException {
        KeyObject.create(store, standby.id(), SITE, key.next(), RECIPIENTS, site.key());
        return open(store).resealing(site.key()).run(Optional.empty(), () -> true, at -> {}, Progress.none());
    }

    private void copy(SnapshotId snapshot) {
        transfer.copy(standby, RepositoryCopy.open(folder, standby), snapshot, bytes -> {}, Progress.none());
    }

    private Repository open(Filestore place) throws IOException {
        Path file = Files.writeString(home.resolve("identity"), STANDBY.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return Repository.open(
                place, SITE, site.trusted(), time.clock(), Optional.empty(), Encryption.withIdentity(file));
    }
}
