package io.understudy.distribution;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Prometheus and its own judge of rules, from the PATH or from where {@code deploy/setup test} puts them. */
public final class PrometheusTools {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private PrometheusTools() {}

    public static Outcome promtool(Object... arguments) {
        return Program.of(required("promtool"), arguments).run(LIMIT);
    }

    /** The program; the calling test is skipped, and says so, where there is none. */
    public static Path required(String name) {
        Optional<Path> program = places().map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(program.isPresent(), name + " is not here: run deploy/setup test");
        return program.orElseThrow();
    }

    private static Stream<Path> places() {
        return Stream.concat(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(Path::of),
                Stream.of(folder(System.getenv(), Path.of(".."))));
    }

    /** Where {@code deploy/setup test} puts them. */
    static Path folder(Map<String, String> environment, Path checkout) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        String home = environment.getOrDefault("HOME", "");
        if (!cache.isEmpty()) {
            return Path.of(cache, "understudy", "tools");
        }
        return home.isEmpty() ? checkout.resolve("target/tools") : Path.of(home, ".cache", "understudy", "tools");
    }
}
