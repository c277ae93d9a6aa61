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
 * The id of this standby: made of a random UUID, which is kept in {@code replica-id} of the state folder, the machine
 * and the folder. It distinguishes two standbys that were given one name by mistake, also where one's state folder is a
 * copy of the other's; nothing else depends on it.
 */
public final class ReplicaId implements Supplier<Optional<String>> {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaId.class);
    private static final Pattern FORM = Pattern.compile("[0-9a-f-]{36}");

    private final Path file;
    private final Path machine;

    public ReplicaId(Path state) {
        this(state, Path.of("/etc/machine-id"));
    }

    /** @param machine the file with the id that the operating system gave to this machine; containers have none */
    ReplicaId(Path state, Path machine) {
        this.file = state.resolve("replica-id");
        this.machine = machine;
    }

    /**
     * Makes it where there is none.
     *
     * @return empty where the state folder does not keep it: a passing one would look like another standby's
     */
    @Override
    public Optional<String> get() {
        return kept().or(this::create).map(this::here);
    }

    /** @return empty where there is none yet */
    public Optional<String> read() {
        return kept().map(this::here);
    }

    private String here(String random) {
        String place = random + "\n" + line(machine).orElse("") + "\n"
                + file.toAbsolutePath().normalize().getParent();
        return UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private Optional<String> kept() {
        return line(file).filter(id -> FORM.matcher(id).matches());
    }

    private static Optional<String> line(Path file) {
        try {
            return Optional.of(
                    Files.readString(file, StandardCharsets.ISO_8859_1).strip());
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
