package io.understudy.events;

/** How much an event matters to an operator; the names are those of the log's levels. */
public enum Severity {
    /** Something failed that an operator should look at. */
    ERROR,
    /** Something is not as it should be; the agent copes with it. */
    WARN,
    /** What a healthy agent does. */
    INFO,
    /** What helps to find a fault. */
    DEBUG,
    /** Frequent, or a value alone: for metrics and status, never logged. */
    TRACE
}
