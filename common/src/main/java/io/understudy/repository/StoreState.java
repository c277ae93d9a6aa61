package io.understudy.repository;

import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * One of several filestores, when it was last asked.
 *
 * @param name as the configuration calls it
 * @param url where it is
 * @param reachable whether it answered, and holds this repository or nothing yet
 * @param behind how many snapshots others of them have that are newer than all it has; 0 where it did not answer
 * @param gaps how many older ones it lacks; retention may have deleted them here
 * @param newest snapshot that it has
 * @param error why it is not reachable, or not caught up
 */
public record StoreState(
        String name,
        String url,
        boolean reachable,
        int behind,
        int gaps,
        Optional<SnapshotId> newest,
        Optional<String> error) {

    static StoreState away(String name, String url, UnderstudyException why) {
        return new StoreState(name, url, false, 0, 0, Optional.empty(), Optional.of(why.getMessage()));
    }

    StoreState failed(UnderstudyException why) {
        return new StoreState(name, url, reachable, behind, gaps, newest, Optional.of(why.getMessage()));
    }

    /** Whether it answered and has the newest snapshot. */
    public boolean isInStep() {
        return reachable && behind == 0 && error.isEmpty();
    }

    /** One line for people. */
    public String text() {
        String state = reachable
                ? newest.map(id -> "newest " + id).orElse("no snapshot")
                        + (behind == 0 ? "" : ", behind by " + behind + (behind == 1 ? " snapshot" : " snapshots"))
                : "can NOT be reached";
        return name + " " + url + ", " + state + error.map(why -> ": " + why).orElse("");
    }
}
