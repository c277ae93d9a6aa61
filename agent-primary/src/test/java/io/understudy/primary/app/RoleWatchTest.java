package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.site.Marker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
