package io.understudy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The machine's PostgreSQL with one more extension, without touching the machine's: a copy of the server program finds
 * its files relative to itself, and all that it finds there are links, but for the extension.
 */
public final class PostgresWithExtension {
    private PostgresWithExtension() {}

    /**
     * @param folder an empty one that the server's account can reach
     * @param name of the extension, version 1.0
     * @param script what creates it
     */
    public static PostgresBinaries create(Path folder, String name, String script) {
        Path real = PostgresBinaries.find().folder();
        try {
            openToAll(folder);
            Path programs = copyOf(folder, real);
            linkAll(real, programs, List.of("postgres"));
            Files.copy(real.resolve("postgres"), programs.resolve("postgres"));
            Files.createSymbolicLink(
                    copyOf(folder, real.resolveSibling("lib").getParent()).resolve("lib"), real.resolveSibling("lib"));
            Path share = Path.of(
                    "/usr/share/postgresql", real.getParent().getFileName().toString());
            linkAll(share, copyOf(folder, share), List.of("extension"));
            Path extensions = copyOf(folder, share.resolve("extension"));
            linkAll(share.resolve("extension"), extensions, List.of());
            Files.writeString(extensions.resolve(name + ".control"), "default_version = '1.0'\nrelocatable = false\n");
            Files.writeString(extensions.resolve(name + "--1.0.sql"), script);
            return new PostgresBinaries(programs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path copyOf(Path folder, Path original) throws IOException {
        return Files.createDirectories(folder.resolve(Path.of("/").relativize(original)));
    }

    private static void linkAll(Path from, Path to, List<String> but) throws IOException {
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.filter(
                            found -> !but.contains(found.getFileName().toString()))
                    .toList()) {
                Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
            }
        }
    }

    private static void openToAll(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
