package io.understudy.replica.state;

import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The id of this standby: made of a random UUID, which is kept in the state folder, the machine and the folder. It
 * distinguishes two standbys that were given one name by mistake, also where one's state folder is a copy of the
 * other's; nothing else depends on it.
 */
public final class ReplicaId implements Supplier<Optional<String>> {
    private final StateFile<Random> file;
    private final Path state;
    private final Path machine;

    private record Random(UUID id) {}

    public ReplicaId(Path state) {
        this(state, Path.of("/etc/machine-id"));
    }

    /** @param machine the file with the id that the operating system gave to this machine; containers have none */
    ReplicaId(Path state, Path machine) {
        this.file = StateFile.in(state, StateEntry.REPLICA_ID, Random.class);
        this.state = state;
        this.machine = machine;
    }

    /**
     * Makes it where there is none.
     *
     * @return empty where the state folder does not keep it: one that does not last would look like another standby's
     */
    @Override
    public Optional<String> get() {
        if (file.read().isEmpty()) {
            file.write(new Random(UUID.randomUUID()));
        }
        return read();
    }

    /** @return empty where there is none yet */
    public Optional<String> read() {
        return file.read().map(random -> here(random.id().toString()));
    }

    private String here(String random) {
        String place = random + "\n" + machine() + "\n" + state.toAbsolutePath().normalize();
        return UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private String machine() {
        try {
            return Files.readString(machine, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
