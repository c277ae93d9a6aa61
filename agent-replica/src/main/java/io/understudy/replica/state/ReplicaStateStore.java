package io.understudy.replica.state;

import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.state.StateStorage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The durable {@link ReplicaRecord} of this replica, {@code replica.json} in the state folder, and the only way to
 * change it: what {@link #change} returned for is on disk. Changes are made under the {@link ApplyLock}; reading needs
 * no lock.
 *
 * <pre>
 * {"format":2,
 *  "state":{"kind":"following",
 *           "current":{"database":{"cluster":7301,"oid":16384},"snapshot":"00000001-00000042","moment":"…",
 *                      "plans":{"name":"7-00000001-00000042","trees":["media"]}},
 *           "proven":true,"since":"…","previous":null},
 *  "owned":[{"cluster":7301,"oid":16384}],"failed_attempts":[],"last_error":null,"leaving":null,"set_aside":[],
 *  "failures":0,"claim":null,"clean_up":null,
 *  "spare":{"ahead":{"database":{"cluster":7301,"oid":16391},"snapshot":"00000001-00000057","moment":"…","loaded":"…"},
 *           "never_live":{"cluster":7301,"oid":16391}},
 *  "check":"0f343b0931126a20"}
 * </pre>
 */
public final class ReplicaStateStore {
    private final StateFile<ReplicaRecord> file;

    public ReplicaStateStore(StateStorage storage) {
        this(new StateFile<>(storage, StateEntry.REPLICA, ReplicaRecord.class));
    }

    private ReplicaStateStore(StateFile<ReplicaRecord> file) {
        this.file = file;
    }

    /** The one of this state folder. */
    public static ReplicaStateStore in(Path state) {
        return new ReplicaStateStore(StateFile.in(state, StateEntry.REPLICA, ReplicaRecord.class));
    }

    /** @return empty when this server has never been a replica, or its state was lost */
    public Optional<ReplicaRecord> read() {
        return file.read();
    }

    /** What is known; an empty record when nothing is. */
    public ReplicaRecord record() {
        return read().orElseGet(ReplicaRecord::empty);
    }

    public ReplicaState state() {
        return record().state();
    }

    /** Makes the change durable, then returns what it made. */
    public ReplicaRecord change(UnaryOperator<ReplicaRecord> change) {
        ReplicaRecord next = change.apply(record());
        file.write(next);
        return next;
    }
}
