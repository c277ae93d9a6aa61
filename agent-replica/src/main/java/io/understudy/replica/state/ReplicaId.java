package io.understudy.replica.state;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A random UUID of this standby, made once and kept in {@code replica-id} of the state folder. It distinguishes two
 * standbys that were given one name by mistake; nothing else depends on it.
 */
public final class ReplicaId implements Supplier<Optional<String>> {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaId.class);
    private static final Pattern FORM = Pattern.compile("[0-9a-f-]{36}");

    private final Path file;

    public ReplicaId(Path state) {
        this.file = state.resolve("replica-id");
    }

    /**
     * Makes it where there is none.
     *
     * @return empty where the state folder does not keep it: a passing one would look like another standby's
     */
    @Override
    public Optional<String> get() {
        return read().or(this::create);
    }

    /** @return empty where there is none yet */
    public Optional<String> read() {
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            return Optional.of(text).filter(id -> FORM.matcher(id).matches());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.debug("cannot read {}", file, e);
            return Optional.empty();
        }
    }

    private Optional<String> create() {
        String id = UUID.randomUUID().toString();
        try {
            AtomicFiles.createFolders(file.toAbsolutePath().getParent(), AtomicFiles.PRIVATE_FOLDER);
            AtomicFiles.write(file, (id + "\n").getBytes(StandardCharsets.US_ASCII), AtomicFiles.PRIVATE);
            return Optional.of(id);
        } catch (UnderstudyException e) {
            LOG.debug("this standby has no id", e);
            return Optional.empty();
        }
    }
}
