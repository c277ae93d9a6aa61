package io.understudy.replica.fetch;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.filestore.Filestore;
import io.understudy.progress.Progress;
import io.understudy.repository.Encryption;
import io.understudy.repository.KeyObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Moving;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.SampleSite;
import io.understudy.repository.Verification;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovedMirrorTest {
    private static final AgeIdentity STANDBY = AgeIdentity.generate();

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore far = new InMemoryFilestore(time);
    private final InMemoryFilestore near = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(far, time.clock());

    @TempDir
    Path folder;

    @Test
    void aMirrorOfThePlainRepositoryBecomesOneOfTheEncrypted() throws IOException {
        Manifest first = site.commit(id(1, 1), 1);
        Manifest second = site.commit(id(1, 2), 2);
        mirror(site.repository()).fetch(id(1, 1), Progress.none());

        encrypt();
        Repository remote = open(far);
        Mirror mirror = mirror(remote);
        assertThat(mirror.fetch(id(1, 1), Progress.none()).manifest()).isEqualTo(first);
        assertThat(mirror.fetch(id(1, 2), Progress.none()).manifest()).isEqualTo(second);
        Repository alone = open(near);
        for (Manifest each : List.of(first, second)) {
            assertThat(alone.read(each.snapshot())).isEqualTo(each);
            new Verification(2).verify(alone, each.snapshot(), Progress.none());
        }
    }

    private void encrypt() {
        Repository plain = site.repository();
        RepositoryKey key = RepositoryKey.generate(new SecureRandom()).ofMoved();
        KeyObject.write(far, plain.id(), SITE, key, List.of(STANDBY.recipient()), site.key());
        Moving moving = new Moving(plain, key.sealing(), site.key());
        assertThat(moving.blobs(() -> true, Progress.none()).isDone()).isTrue();
        assertThat(moving.manifests()).isEqualTo(2);
        assertThat(moving.clean()).isPositive();
    }

    private Mirror mirror(Repository remote) {
        return new Mirror(near, remote, 2, () -> Long.MAX_VALUE / 2, time.clock());
    }

    private Repository open(Filestore place) throws IOException {
        Path file = Files.writeString(folder.resolve("identity"), STANDBY.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return Repository.open(
                place,
                SITE,
                site.trusted(),
                time.clock(),
                Optional.of(site.repository().id()),
                Encryption.withIdentity(file));
    }
}
