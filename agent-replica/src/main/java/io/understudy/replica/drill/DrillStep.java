package io.understudy.replica.drill;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;

/**
 * One step of a drill.
 *
 * @param name {@code check}, {@code database}, {@code files}, {@code start}, {@code health}, {@code leave},
 *     {@code smoke NAME}, {@code write}, {@code stop}, {@code clean-up}
 * @param ok whether it ended well, or was not to be done
 * @param skipped why it was not done; empty where it was
 */
public record DrillStep(
        String name,
        double seconds,
        boolean ok,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> skipped) {
    static final String CHECK = "check";
    static final String DATABASE = "database";
    static final String FILES = "files";
    static final String START = "start";
    static final String HEALTH = "health";
    /** The copy of the site leaves backup mode. */
    static final String LEAVE = "leave";

    static final String WRITE = "write";
    static final String STOP = "stop";
    static final String CLEAN_UP = "clean-up";

    /** One that was done. */
    DrillStep(String name, double seconds, boolean ok) {
        this(name, seconds, ok, Optional.empty());
    }
}
