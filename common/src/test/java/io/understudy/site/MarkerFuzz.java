package io.understudy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Named;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a marker says. */
public final class MarkerFuzz {
    private MarkerFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("marker", MarkerFuzz::marker));
    }

    private static FuzzTarget marker() {
        MarkerContent content = new MarkerContent(
                "example",
                "agent-replica init",
                Optional.of("00000001-00000042"),
                Instant.parse("2026-11-20T12:00:00Z"));
        return FuzzTarget.text(
                List.of(content.text()),
                input -> MarkerContent.parse(new String(input, StandardCharsets.UTF_8))
                        .ifPresent(read -> {
                            // Ends of lines of other kinds become blanks, so the second reading is the one to compare.
                            MarkerContent written =
                                    MarkerContent.parse(read.text()).orElseThrow();
                            assertThat(MarkerContent.parse(written.text())).contains(written);
                        }));
    }
}
