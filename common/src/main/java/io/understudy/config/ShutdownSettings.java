package io.understudy.config;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What {@code agent-primary shutdown} does.
 *
 * @param stop command that stops the site, as an argument list, run without a shell; empty: that of {@code service}
 * @param limit how long all of it may take, 10 s to 1 h; default 5 min. The stop command may take half of it
 */
public record ShutdownSettings(List<String> stop, Duration limit) {
    public static final ShutdownSettings DEFAULT = new ShutdownSettings(List.of(), Duration.ofMinutes(5));

    public ShutdownSettings {
        stop = List.copyOf(stop);
        Objects.requireNonNull(limit);
    }

    static ShutdownSettings read(Values values) {
        values.section().allowOnly(Setting.keysOf("primary.shutdown"));
        return new ShutdownSettings(
                values.list(Setting.PRIMARY_SHUTDOWN_STOP), values.duration(Setting.PRIMARY_SHUTDOWN_LIMIT));
    }
}
