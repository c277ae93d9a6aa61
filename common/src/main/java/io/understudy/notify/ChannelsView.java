package io.understudy.notify;

import io.understudy.cli.Problem;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What {@code notify} prints.
 *
 * <pre>{@code
 * {"channels":[{"name":"ops","kind":"webhook","target":"https://hooks.example.net","events":["failure","stale"],
 *  "sent":"2026-11-20T10:00:02Z","waiting":0,"error":null}]}
 * }</pre>
 */
public record ChannelsView(List<Row> channels) {
    /**
     * @param target without anything that may be a secret
     * @param sent when a notice was last taken
     * @param waiting notices that were not taken yet
     * @param error of the last attempt; empty when it succeeded, or before the first
     */
    public record Row(
            String name,
            String kind,
            String target,
            List<String> events,
            Optional<Instant> sent,
            int waiting,
            Optional<Problem> error) {
        private String text() {
            String line = name + " (" + kind + ", " + target + "): "
                    + sent.map(at -> "last sent at " + Moments.text(at)).orElse("nothing sent yet")
                    + (waiting == 0 ? "" : ", " + waiting + " waiting");
            return error.map(why -> line + "\n  error: " + why.message() + "\n  hint: " + why.hint())
                    .orElse(line);
        }
    }

    public String text() {
        return channels.isEmpty()
                ? "no channel: set notify in the configuration, see docs/notify.md"
                : channels.stream().map(Row::text).collect(Collectors.joining("\n"));
    }
}
