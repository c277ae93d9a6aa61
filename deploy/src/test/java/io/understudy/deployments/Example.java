package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The shipped files of one deployment, in {@code deploy/examples}, and next to them those that all of them share. */
record Example(Path folder) {
    static Example of(String name) {
        return new Example(Path.of("examples", name).toAbsolutePath());
    }

    /** A file as it is shipped. */
    String text(String file) {
        Path own = folder.resolve(file);
        return read(Files.exists(own) ? own : folder.resolveSibling("common").resolve(file));
    }

    /** Puts a file onto a host. */
    void install(TestHost host, String file, String absolute) {
        host.write(absolute, text(file));
    }

    /** Puts all of a folder, without what running it here has left there, onto a host. */
    void installFolder(TestHost host, String name, String absolute) {
        Path from = folder.resolve(name);
        try (Stream<Path> all = Files.walk(from)) {
            List<Path> files = all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("__pycache__"))
                    .toList();
            for (Path file : files) {
                String there = absolute + "/" + from.relativize(file);
                host.write(there, read(file));
                if (Files.isExecutable(file)) {
                    host.shell("chmod 755 \"$1\"", there);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
