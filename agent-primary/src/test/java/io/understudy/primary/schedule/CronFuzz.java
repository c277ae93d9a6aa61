package io.understudy.primary.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Named;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/** Cron expressions. */
public final class CronFuzz {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final ZoneId ZONE = ZoneId.of("Europe/Amsterdam");

    private CronFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("cron", CronFuzz::cron));
    }

    private static FuzzTarget cron() {
        return FuzzTarget.text(
                        List.of(
                                "0 3 * * *",
                                "*/15 8-18/2 1,15 JAN-MAR MON-FRI",
                                "30 2 29 2 0",
                                "0 0 L,15 feb friL,sun#1"),
                        input -> {
                            Schedule schedule =
                                    new Schedule(Map.of("a", new String(input, StandardCharsets.UTF_8)), ZONE);
                            Instant at = NOW;
                            for (int i = 0; i < 5; i++) {
                                Instant next = schedule.next(at).orElse(at.plusSeconds(1));
                                assertThat(next).isAfter(at);
                                at = next;
                            }
                            assertThat(schedule.longestPause(NOW))
                                    .satisfiesAnyOf(
                                            pause -> assertThat(pause).isEmpty(),
                                            pause -> assertThat(pause.orElseThrow())
                                                    .isPositive());
                        })
                .documenting(IllegalArgumentException.class)
                .knowing(
                        "*", "/", "-", ",", "?", "L", "W", "#", "@daily", "@yearly", "SUN", "7", "59", "*/0", "0-0",
                        "||", "$")
                .slow()
                .allocating(256 << 20, 1 << 20);
    }
}
