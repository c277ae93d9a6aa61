package io.understudy.notify;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of one channel.
 *
 * @param topics what fails, and what was sent of it
 * @param waiting notices that were not taken yet
 * @param sent when one was last taken
 * @param failure of the last attempt; empty when it succeeded, or before the first
 * @param tally since the last summary; empty where none is sent
 */
record ChannelState(
        Map<String, OpenTopics.Topic> topics,
        List<Notice> waiting,
        Optional<Instant> sent,
        Optional<Failure> failure,
        Optional<DailySummary.Tally> tally) {
    static final ChannelState NEW =
            new ChannelState(Map.of(), List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    ChannelState {
        topics = Map.copyOf(topics);
        waiting = List.copyOf(waiting);
        // A version before summaries wrote none.
        tally = tally == null ? Optional.empty() : tally;
    }

    /** @param since when the first of a row of failed attempts was */
    record Failure(Instant since, String message, String hint) {}
}
