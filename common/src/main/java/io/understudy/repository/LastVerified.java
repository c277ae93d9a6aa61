package io.understudy.repository;

import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * When a snapshot was last verified whole on this server, kept for the daemons' metrics: {@code verified} in the state folder holds one line,
 * {@code 2026-11-20T10:00:00Z 00000001-00000042}. For monitoring only: what cannot be read is as if it was not there.
 */
public final class LastVerified {
    private final Path file;

    /** @param state the agents' state folder */
    public LastVerified(Path state) {
        this.file = state.resolve("verified");
    }

    public void write(Instant when, String snapshot) {
        AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
        AtomicFiles.write(file, (when + " " + snapshot + "\n").getBytes(StandardCharsets.UTF_8), AtomicFiles.READABLE);
    }

    /** Empty when none was, or it is not known. */
    public Optional<Instant> read() {
        try {
            return Optional.of(Instant.parse(Files.readString(file).strip().split(" ")[0]));
        } catch (IOException | DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
