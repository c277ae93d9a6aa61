package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.config.EncryptionSettings;
import io.understudy.config.Settings.CommitRule;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.progress.Progress;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that may not read brings encrypted filestores to the same content. */
class SealedStoreSyncTest {
    private static final AgeIdentity STANDBY = AgeIdentity.generate();
    private static final RepositoryKey KEY = RepositoryKey.generate(new SecureRandom());

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final InMemoryFilestore fresh = new InMemoryFilestore(time);
    private final SeveralFilestores store = SeveralInMemory.of(CommitRule.ANY, time, main, second);
    private final SampleSite site = new SampleSite(store, time.clock(), KEY, List.of(STANDBY.recipient()));

    @TempDir
    Path folder;

    @Test
    void whatWasAwayGetsAllThatItMissedAndANewOneBecomesACopy() throws IOException {
        new HeldKeys(folder).keep(site.repository().id(), KEY);
        site.commit(id(1, 1), 1);
        takeAway(second);
        site.commit(id(1, 2), 2);
        site.commit(id(1, 3), 3);
        bringBack(second);
        time.advance(Duration.ofMinutes(2));
        SeveralFilestores three = SeveralInMemory.of(CommitRule.ANY, time, main, second, fresh);
        Repository primary = open(three, Optional.empty());
        assertThat(primary.blobs().areReadable()).isFalse();

        assertThat(new StoreSync(2).run(primary, store -> Set.of(id(1, 1), id(1, 2)), Progress.none()))
                .allMatch(StoreState::isInStep)
                .allMatch(each -> each.gaps() == 0);

        Path identity = Files.writeString(folder.resolve("identity.txt"), STANDBY.reveal());
        Files.setPosixFilePermissions(identity, PosixFilePermissions.fromString("rw-------"));
        for (InMemoryFilestore alone : List.of(second, fresh)) {
            assertThat(alone.keys()).isEqualTo(main.keys());
            Repository standby = open(alone, Optional.of(identity));
            for (int each = 1; each <= 3; each++) {
                new Verification(2).verify(standby, id(1, each), Progress.none());
            }
        }
    }

    @Test
    void whatOneLostIsRepairedFromTheOther() throws IOException {
        new HeldKeys(folder).keep(site.repository().id(), KEY);
        site.commit(id(1, 1), 1);
        List<String> before = second.keys();
        before.stream().filter(key -> key.startsWith("blobs/")).forEach(second::delete);
        Repository primary = open(store, Optional.empty());
        new StoreHealing(2).heal(primary, List.of(), id(1, 1), Progress.none());
        assertThat(second.keys()).isEqualTo(before);
        assertThat(new StoreHealing(2).heal(primary, List.of(), id(1, 1), Progress.none()))
                .isZero();
    }

    private Repository open(Filestore filestore, Optional<Path> identity) {
        return Repository.open(
                filestore,
                SITE,
                site.trusted(),
                time.clock(),
                Optional.of(site.repository().id()),
                Encryption.of(
                        Optional.of(new EncryptionSettings(
                                identity.isPresent() ? List.of() : List.of(STANDBY.recipient()), identity)),
                        folder));
    }
}
