package io.understudy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs that only tests need, from the PATH or from where {@code deploy/setup test} puts them. */
public final class TestTools {
    private TestTools() {}

    /** The program; the calling test is skipped, and says so, where there is none. */
    public static Path required(String name) {
        Optional<Path> program = places().map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(program.isPresent(), name + " is not here: run deploy/setup test");
        return program.orElseThrow();
    }

    /** Debian's packages, unpacked; the calling test is skipped, and says so, where they are not here. */
    public static Path packages(String name) {
        return packages(name, "deployments");
    }

    /** @param word of {@code deploy/setup} that brings them */
    static Path packages(String name, String word) {
        Path unpacked = folder(System.getenv(), Path.of("..")).resolve(name);
        assumeTrue(Files.exists(unpacked.resolve("complete")), name + " is not here: run deploy/setup " + word);
        return unpacked;
    }

    private static Stream<Path> places() {
        Path own = folder(System.getenv(), Path.of(".."));
        return Stream.of(
                        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/lib/openssh"),
                        Stream.of(
                                own.toString(),
                                openSsh(own).toString(),
                                bind(own).toString()))
                .flatMap(each -> each)
                .map(Path::of);
    }

    /** Where {@code deploy/setup test} puts them. */
    public static Path folder(Map<String, String> environment, Path checkout) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        String home = environment.getOrDefault("HOME", "");
        if (!cache.isEmpty()) {
            return Path.of(cache, "understudy", "tools");
        }
        return home.isEmpty() ? checkout.resolve("target/tools") : Path.of(home, ".cache", "understudy", "tools");
    }

    /** OpenSSH's programs in that folder, and the libraries that they need. */
    static Path openSsh(Path folder) {
        return folder.resolve("openssh");
    }

    /** BIND's server in that folder, and the libraries that it needs. */
    static Path bind(Path folder) {
        return folder.resolve("bind");
    }

    /** With the libraries of {@link #openSsh}. */
    static Map<String, String> libraries() {
        return Map.of(
                "LD_LIBRARY_PATH",
                openSsh(folder(System.getenv(), Path.of(".."))).toString());
    }
}
