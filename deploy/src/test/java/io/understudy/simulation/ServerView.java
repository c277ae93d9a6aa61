package io.understudy.simulation;

import io.understudy.postgres.DatabaseIdentity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the observers know of one server. */
final class ServerView {
    static final long ALWAYS = Long.MAX_VALUE;

    /** The event at which the marker went, or {@link #ALWAYS} while it is there. */
    long unmarkedAt;

    long markedAt = -1;
    boolean markedByHand;
    Optional<DatabaseIdentity> live = Optional.empty();
    /**
     * Databases that were live without the marker: what follows them is no step back from the snapshot they once
     * were.
     */
    final Set<DatabaseIdentity> production = new HashSet<>();

    final Set<DatabaseIdentity> served = new HashSet<>();
    final Map<DatabaseIdentity, Map<String, String>> files = new HashMap<>();
    final Map<DatabaseIdentity, DatabaseIdentity> before = new HashMap<>();
    /** What was asked for by name, and at which event. */
    final Map<String, Long> asked = new HashMap<>();

    final Set<String> proven = new HashSet<>();
    /** Own databases and the final snapshots with which they were handed over: each holds what its snapshot does. */
    final Map<DatabaseIdentity, String> handedOver = new HashMap<>();

    String state = "seeding";
    String phase = "";
    boolean filesUnknown;
    /** Whether an operator asked for what the replica's agent does. */
    boolean commanded;

    long unmarkedByHandAt = -1;
    /** The event at which the step of a round began that is under way; -1: none began since the last beginning. */
    long stepBeganAt = -1;
    /** What something wrote into databases that are live on a standby. */
    final Map<DatabaseIdentity, Map<String, String>> drifted = new HashMap<>();

    /** Of these the load that mended them has to report it. */
    final Set<DatabaseIdentity> unreported = new HashSet<>();

    final Set<DatabaseIdentity> droppedByHand = new HashSet<>();
    /** The event at which the intent was written that is carried out, or -1. */
    long applyingSince = -1;

    /** Whether the marker had gone before this event. */
    boolean isUnmarkedBefore(long event) {
        return unmarkedAt != ALWAYS && unmarkedAt < event;
    }
}
