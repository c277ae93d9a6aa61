package io.understudy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.files.FolderDeletion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/**
 * A process of another user of this host, {@code nobody}: what only permissions keep away, root can't show. Needs root;
 * a test without it is skipped, visibly.
 */
public final class OtherUser {
    private OtherUser() {}

    public static void required() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to start a process of another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/runuser")), "runuser is not installed");
    }

    /**
     * Runs a Java program of one file as that user.
     *
     * @param source a resource next to the class
     * @return what it prints
     */
    public static String java(Class<?> next, String source, List<String> arguments) {
        try {
            Path folder = Files.createTempDirectory("nobody");
            try {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
                Path file = folder.resolve(source.replace(".txt", ".java"));
                try (var in = next.getResourceAsStream(source)) {
                    Files.write(file, in.readAllBytes());
                }
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
                List<String> command = new java.util.ArrayList<>(List.of(
                        "/usr/sbin/runuser",
                        "-u",
                        "nobody",
                        "--",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        file.toString()));
                command.addAll(arguments);
                return Programs.run(command, Map.of(), "").strip();
            } finally {
                FolderDeletion.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
