package io.understudy.events;

import java.time.Instant;

/**
 * Receives all events of an agent and picks those that it is for. Called in the thread in which the event happens, also
 * from several at a time: implementations are quick and thread-safe. What they throw reaches only the log.
 */
@FunctionalInterface
public interface EventSink {
    /** @param at when it happened, by the clock of the agent */
    void receive(Event event, Instant at);
}
