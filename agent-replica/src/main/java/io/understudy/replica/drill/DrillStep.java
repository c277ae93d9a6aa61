package io.understudy.replica.drill;

/**
 * One step of a drill.
 *
 * @param name {@code check}, {@code database}, {@code files}, {@code start}, {@code health}, {@code smoke NAME},
 *     {@code stop}, {@code clean-up}
 * @param ok whether it ended well
 */
public record DrillStep(String name, double seconds, boolean ok) {
    static final String CHECK = "check";
    static final String DATABASE = "database";
    static final String FILES = "files";
    static final String START = "start";
    static final String HEALTH = "health";
    static final String STOP = "stop";
    static final String CLEAN_UP = "clean-up";
}
