package io.understudy.replica.drill;

import io.understudy.repository.SnapshotId;
import java.time.Instant;

/**
 * The drill that is under way, durable before each thing that it would leave. The record of the state file:
 *
 * <pre>{"format":1,"id":"20261120T040000Z","at":"2026-11-20T04:00:00Z","snapshot":"00000001-00000042","started":true,
 * "check":"…"}</pre>
 *
 * @param snapshot that it runs with
 * @param started whether its site may run
 */
record DrillNote(String id, Instant at, SnapshotId snapshot, boolean started) {
    DrillNote starting() {
        return new DrillNote(id, at, snapshot, true);
    }
}
