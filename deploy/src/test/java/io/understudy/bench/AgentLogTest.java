package io.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AgentLogTest {
    private static final String LOG = """
            Picked up options of Java
            2026-01-01T00:00:01.250Z INFO  import_began: importing 00000001-00000002
            2026-01-01T00:00:03.500Z INFO  snapshot_applied: 00000001-00000002 is live and proven at 2026-01-01T00:00:03Z, in 2.2 s
            """;

    @Test
    void tellsWhenALineWasWritten() {
        double begun = AgentLog.find(LOG, ": importing 00000001-00000002").orElseThrow();
        double live = AgentLog.find(LOG, "00000001-00000002 is live").orElseThrow();
        assertThat(live - begun).isEqualTo(2.25);
        assertThat(begun).isEqualTo(1_767_225_601.25);
    }

    @Test
    void knowsNothingOfWhatWasNotWritten() {
        assertThat(AgentLog.find(LOG, "00000001-00000003 is live")).isEmpty();
    }
}
