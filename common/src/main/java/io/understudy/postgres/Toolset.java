package io.understudy.postgres;

import java.nio.file.Path;

/**
 * pg_dump and pg_restore of one installation.
 *
 * @param folder they lie in
 * @param major {@code 15}
 * @param version as they print it, without the name: {@code 15.19 (Debian 15.19-0+deb12u1)}
 */
public record Toolset(Path folder, int major, String version) {
    public Path dump() {
        return folder.resolve("pg_dump");
    }

    /** Comes with the other two in every package. */
    public Path psql() {
        return folder.resolve("psql");
    }

    public Path restore() {
        return folder.resolve("pg_restore");
    }
}
