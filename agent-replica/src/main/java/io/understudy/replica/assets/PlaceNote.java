package io.understudy.replica.assets;

import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which of a tree's two places in a bucket an import wrote to last: it is written before the first object is, and is
 * durable then.
 */
public final class PlaceNote {
    private final Path file;

    /** @param state folder of durable state */
    public PlaceNote(Path state, String tree) {
        this.file = StateEntry.BUCKETS.in(state).resolve(tree + ".target");
    }

    /** Its address; empty where no import wrote to any. */
    public Optional<String> read() {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    void write(String url) {
        if (!read().equals(Optional.of(url))) {
            AtomicFiles.write(file, (url + "\n").getBytes(StandardCharsets.UTF_8), AtomicFiles.PRIVATE);
        }
    }
}
