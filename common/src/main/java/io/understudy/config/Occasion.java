package io.understudy.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a notice is about. */
public enum Occasion {
    /** Something that people follow ended well: a snapshot, an import. */
    SUCCESS(true),
    /** Something failed, or fails still. */
    FAILURE(true),
    /** What had failed, or was stale, is well again. */
    RECOVERY(true),
    /** The newest data is older than it should be. */
    STALE(true),
    /** A server became the primary, or a standby again. */
    PROMOTION(true),
    /** Something is not as it should be; the agent copes with it. */
    WARNING(true),
    /** A snapshot or an import begins: for pings alone. */
    START(false),
    /** What happened in a day: where {@code notify[].summary} is set. */
    SUMMARY(false),
    /** An operator tries a channel. */
    TEST(false);

    private final boolean chosen;

    Occasion(boolean chosen) {
        this.chosen = chosen;
    }

    /** Those that {@code notify[].events} may name. */
    static List<String> names() {
        return Arrays.stream(values())
                .filter(each -> each.chosen)
                .map(Occasion::label)
                .toList();
    }

    /** As in the configuration and in notices: {@code failure}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
