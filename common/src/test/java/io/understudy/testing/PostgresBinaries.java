package io.understudy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The server's programs on this machine: the newest of Debian's, or what {@code -Dunderstudy.postgres.bin=…} says. */
public record PostgresBinaries(Path folder) {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    public static PostgresBinaries find() {
        String told = System.getProperty("understudy.postgres.bin", System.getenv("UNDERSTUDY_POSTGRES_BIN"));
        return new PostgresBinaries(told != null ? Path.of(told) : newestOfDebian());
    }

    public Path program(String name) {
        return folder.resolve(name);
    }

    private static Path newestOfDebian() {
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .max(Comparator.comparingDouble(bin ->
                            Double.parseDouble(bin.getParent().getFileName().toString())))
                    .orElseThrow(() -> new IllegalStateException("no PostgreSQL server below " + DEBIAN));
        } catch (IOException e) {
            throw new UncheckedIOException("the tests need a PostgreSQL server (apt-get install postgresql)", e);
        }
    }
}
