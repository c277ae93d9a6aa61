package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.repository.EpochClaim;
import io.understudy.site.Marker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoleWatchTest {
    @TempDir
    Path folder;

    /** As on a disk that is not mounted: what was seen last decides, and is not shown as what is there now. */
    @Test
    void aMarkerThatCannotBeLookedAtIsNeitherThereNorAbsent() throws IOException {
        PrimaryFixture primary = new PrimaryFixture(folder);
        Path disk = folder.resolve("disk");
        Path marker = disk.resolve("BACKUP");
        RoleWatch roles = new RoleWatch(new Marker(marker), primary.epochs, () -> primary.repository, primary.time);
        assertThat(roles.look().seenMarker()).isEmpty();

        Files.createDirectory(disk);
        assertThat(roles.look().seenMarker()).contains(false);
        Files.createFile(marker);
        assertThat(roles.look().seenMarker()).contains(true);

        Files.delete(marker);
        Files.delete(disk);
        assertThat(roles.look().seenMarker()).isEmpty();
        assertThat(roles.look().marker()).isTrue();
    }

    /** Promoted while no filestore answers, it is the only one in production: what it noted is of an earlier time. */
    @Test
    void aServerThatTakesOverIsNotFencedByWhatItSawAsAnOlderPrimary() throws IOException {
        PrimaryFixture primary = new PrimaryFixture(folder);
        primary.repository
                .epochs()
                .claim(new EpochClaim(2, "other", primary.time.now(), "promote", "another"), primary.key);
        assertThatThrownBy(() -> primary.epochs.require(primary.repository)).hasMessageContaining("epoch 2");

        assertThat(away(primary, false).look().role()).isEqualTo(Role.FENCED);
        assertThat(away(primary, true).look().role()).isNotEqualTo(Role.FENCED);
    }

    private static RoleWatch away(PrimaryFixture primary, boolean takingOver) {
        return new RoleWatch(
                primary.marker,
                () -> false,
                () -> takingOver,
                Optional::empty,
                primary.epochs,
                () -> {
                    throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "away", "wait");
                },
                primary.time);
    }
}
