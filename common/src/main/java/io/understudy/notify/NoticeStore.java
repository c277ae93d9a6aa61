package io.understudy.notify;

import io.understudy.files.AtomicFiles;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.state.StateStorage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is kept of all channels of one agent, in a file of its own. Thread-safe. */
final class NoticeStore {
    private final StateFile<Kept> file;

    /** @param channels by name */
    record Kept(Map<String, ChannelState> channels) {
        Kept {
            channels = Map.copyOf(channels);
        }
    }

    private NoticeStore(StateFile<Kept> file) {
        this.file = file;
    }

    /** @param state the folder @param role {@code primary} or {@code replica} */
    static NoticeStore in(Path state, String role) {
        StateEntry entry = role.equals("primary") ? StateEntry.PRIMARY_NOTICES : StateEntry.REPLICA_NOTICES;
        // Messages of failures are for no other user, though nothing in it decides anything.
        StateStorage storage = new StateStorage.OnDisk(entry.in(state), AtomicFiles.PRIVATE);
        return new NoticeStore(new StateFile<>(storage, entry, Kept.class));
    }

    synchronized ChannelState read(String channel) {
        return Optional.ofNullable(all().get(channel)).orElse(ChannelState.NEW);
    }

    synchronized void write(String channel, ChannelState state) {
        Map<String, ChannelState> all = new HashMap<>(all());
        all.put(channel, state);
        file.write(new Kept(all));
    }

    /** Forgets channels that the configuration no longer has. */
    synchronized void keepOnly(Set<String> channels) {
        Map<String, ChannelState> all = new HashMap<>(all());
        if (all.keySet().retainAll(channels)) {
            file.write(new Kept(all));
        }
    }

    private Map<String, ChannelState> all() {
        return file.read().map(Kept::channels).orElse(Map.of());
    }
}
