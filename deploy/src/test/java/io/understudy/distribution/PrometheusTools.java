package io.understudy.distribution;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.testing.TestTools;
import java.nio.file.Path;
import java.time.Duration;

/** Prometheus and its own judge of rules, from the PATH or from where {@code deploy/setup test} puts them. */
public final class PrometheusTools {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private PrometheusTools() {}

    public static Outcome promtool(Object... arguments) {
        return Program.of(required("promtool"), arguments).run(LIMIT);
    }

    /** The program; the calling test is skipped, and says so, where there is none. */
    public static Path required(String name) {
        return TestTools.required(name);
    }
}
