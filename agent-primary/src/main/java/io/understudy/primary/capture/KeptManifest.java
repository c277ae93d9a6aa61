package io.understudy.primary.capture;

import io.understudy.files.AtomicFiles;
import io.understudy.repository.Manifest;
import io.understudy.repository.Outline;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.state.StateStorage;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The last manifest that this server committed into an encrypted repository, on its disk: a primary without an identity
 * cannot read it there. It holds names of tables and trees, and no content. Without it the next snapshot reads
 * everything again.
 */
final class KeptManifest {
    private final StateFile<Kept> file;

    private record Kept(Manifest manifest) {}

    /** @param state folder of durable state */
    KeptManifest(Path state) {
        this.file = new StateFile<>(
                new StateStorage.OnDisk(StateEntry.CAPTURE.in(state).resolve("manifest.json"), AtomicFiles.PRIVATE),
                StateEntry.CAPTURE,
                Kept.class);
    }

    void keep(Manifest manifest) {
        file.write(new Kept(manifest));
    }

    /** The manifest of this outline, if it is kept here. */
    Optional<Manifest> of(Outline outline) {
        return file.read().map(Kept::manifest).filter(kept -> Outline.of(kept).equals(outline));
    }
}
