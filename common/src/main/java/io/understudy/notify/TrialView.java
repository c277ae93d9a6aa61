package io.understudy.notify;

import io.understudy.cli.Problem;
import io.understudy.failure.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What {@code notify --test} prints.
 *
 * <pre>{@code
 * {"channels":[{"name":"ops","kind":"webhook","target":"https://hooks.example.net","ok":true,"seconds":0.21,
 *  "error":null}]}
 * }</pre>
 */
public record TrialView(List<Row> channels) {
    /** @param ok whether the receiver took the notice */
    public record Row(String name, String kind, String target, boolean ok, double seconds, Optional<Problem> error) {
        private String text() {
            String line = "%-8s %s (%s, %s), in %.1f s".formatted(ok ? "ok" : "failed", name, kind, target, seconds);
            return error.map(why -> line + ": " + why.message() + "\n         hint: " + why.hint())
                    .orElse(line);
        }
    }

    /** 0 when each channel took its notice. */
    public int exitCode() {
        return channels.stream().allMatch(Row::ok) ? 0 : ErrorCode.NOTICE_REFUSED.exitCode();
    }

    public String text() {
        return channels.isEmpty()
                ? "no channel: set notify in the configuration, see docs/notify.md"
                : channels.stream().map(Row::text).collect(Collectors.joining("\n"));
    }
}
