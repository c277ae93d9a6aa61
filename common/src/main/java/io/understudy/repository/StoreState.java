package io.understudy.repository;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Copy;
import java.util.Optional;

/**
 * One of several filestores, when it was last asked.
 *
 * @param name as the configuration calls it
 * @param url where it is
 * @param reachable whether it answered, and holds this repository or nothing yet
 * @param behind how many snapshots others of them have that are newer than all it has; 0 where it did not answer
 * @param gaps how many older ones it lacks; retention may have deleted them here
 * @param ownRetention whether a rule of its own decides which of them it keeps
 * @param newest snapshot that it has
 * @param closed its window, while no content may be written to it; empty where that is open, or it has none
 * @param error why it is not reachable, or not caught up
 */
public record StoreState(
        String name,
        String url,
        boolean reachable,
        int behind,
        int gaps,
        boolean ownRetention,
        Optional<SnapshotId> newest,
        Optional<String> closed,
        Optional<String> error) {

    static StoreState away(Copy copy, UnderstudyException why) {
        return new StoreState(
                copy.name(),
                copy.store().name(),
                false,
                0,
                0,
                copy.ownRetention(),
                Optional.empty(),
                hours(copy),
                Optional.of(why.getMessage()));
    }

    static StoreState of(Copy copy, int behind, int gaps, Optional<SnapshotId> newest) {
        return new StoreState(
                copy.name(),
                copy.store().name(),
                true,
                behind,
                gaps,
                copy.ownRetention(),
                newest,
                hours(copy),
                Optional.empty());
    }

    private static Optional<String> hours(Copy copy) {
        return copy.closed().map(window -> window.hours().toString());
    }

    StoreState failed(UnderstudyException why) {
        return new StoreState(
                name, url, reachable, behind, gaps, ownRetention, newest, closed, Optional.of(why.getMessage()));
    }

    /** Whether it answered and has the newest snapshot, or is to get it when its window opens. */
    public boolean isInStep() {
        return reachable && (behind == 0 || closed.isPresent()) && error.isEmpty();
    }

    /** Whether it lacks newer snapshots, and may be written to. */
    public boolean isToBeCaughtUp() {
        return behind > 0 && closed.isEmpty();
    }

    /** Whether it lacks older snapshots, and may be written to. */
    public boolean hasGapsToFill() {
        return gaps > 0 && closed.isEmpty();
    }

    /** One line for people. */
    public String text() {
        String state = reachable
                ? newest.map(id -> "newest " + id).orElse("no snapshot")
                        + (behind == 0 ? "" : ", behind by " + behind + (behind == 1 ? " snapshot" : " snapshots"))
                        + closed.map(hours -> ", outside its window " + hours).orElse("")
                : "can NOT be reached";
        String rule = ownRetention ? ", with retention of its own" : "";
        return name + " " + url + ", " + state + rule
                + error.map(why -> ": " + why).orElse("");
    }
}
