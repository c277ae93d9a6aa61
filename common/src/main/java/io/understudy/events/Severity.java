package io.understudy.events;

import org.slf4j.event.Level;

/** How much an event matters to an operator. */
public enum Severity {
    /** Something failed that an operator should look at. */
    ERROR(Level.ERROR),
    /** Something is not as it should be; the agent copes with it. */
    WARNING(Level.WARN),
    /** What a healthy agent does. */
    INFO(Level.INFO),
    /** What helps to find a fault. */
    DEBUG(Level.DEBUG),
    /** Frequent, or a value alone: for metrics and status. No level of {@code UNDERSTUDY_LOG} logs it. */
    TRACE(Level.TRACE);

    private final Level level;

    Severity(Level level) {
        this.level = level;
    }

    Level level() {
        return level;
    }

    /** As in the catalogue of events: {@code warning}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
