package io.understudy.primary.capture.database;

import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A folder of programs whose pg_dump does what a test says. */
public final class FakePgDump {
    private FakePgDump() {}

    /**
     * @param version it claims to be
     * @param body shell script that runs for a dump; {@code $REAL} is the real pg_dump
     */
    public static Path install(Path folder, PostgresServer server, String version, String body) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("fake bin"));
        Path real = server.tools().resolve("pg_dump");
        script(
                bin.resolve("pg_dump"),
                "REAL='" + real + "'\n[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) " + version + "' && exit\n"
                        + body);
        script(bin.resolve("pg_restore"), "exit 1");
        return bin;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
