package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Outline;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptManifestTest {
    @TempDir
    Path state;

    private final Manifest manifest = Manifests.sample(Manifests.id(1, 2));

    @Test
    void isOfItsOwnSnapshotOnly() {
        new KeptManifest(state).keep(manifest);
        KeptManifest kept = new KeptManifest(state);

        assertThat(kept.of(Outline.of(manifest))).contains(manifest);
        assertThat(kept.of(Outline.of(Manifests.sample(Manifests.id(1, 3))))).isEmpty();
        Manifest sameNumber = Manifests.continuous(manifest, Manifests.id(1, 1));
        assertThat(kept.of(Outline.of(sameNumber))).isEmpty();
    }

    @Test
    void aDamagedOneIsNone() throws IOException {
        KeptManifest kept = new KeptManifest(state);
        kept.keep(manifest);
        Path file = StateEntry.CAPTURE.in(state).resolve("manifest.json");
        Files.writeString(file, Files.readString(file).replace("0/1A2B3C", "0/1A2B3D"));

        assertThat(new KeptManifest(state).of(Outline.of(manifest))).isEmpty();
    }
}
