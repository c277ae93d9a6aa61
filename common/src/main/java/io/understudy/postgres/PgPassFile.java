package io.understudy.postgres;

import io.understudy.config.Secret;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A password for PostgreSQL's programs: a file (0600) in the format of {@code PGPASSFILE} that exists only while a program runs. What killed
 * agents left behind is removed when the next one is written.
 */
final class PgPassFile implements AutoCloseable {
    private static final String PREFIX = "pgpass-";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path file;

    private PgPassFile(Path file) {
        this.file = file;
    }

    /**
     * @param folder made if it is missing
     * @return empty when there is no password
     */
    static Optional<PgPassFile> write(Secret password, Path folder) {
        return password.reveal().map(text -> write(line(text), folder));
    }

    private static PgPassFile write(String line, Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder, PRIVATE_FOLDER);
            }
            removeStale(folder);
            String prefix = PREFIX + ProcessHandle.current().pid() + "-";
            PgPassFile file = new PgPassFile(Files.createTempFile(folder, prefix, "", OWNER_ONLY));
            file.fill(line);
            return file;
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    private void fill(String line) throws IOException {
        try {
            Files.writeString(file, line);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** Valid for every host and database: the program that is given it connects to one server only. */
    private static String line(String password) {
        if (password.indexOf('\n') >= 0 || password.indexOf('\r') >= 0) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot hand the database's password to pg_dump: it contains a line break",
                    "set a password without line breaks");
        }
        return "*:*:*:*:" + password.replace("\\", "\\\\").replace(":", "\\:") + "\n";
    }

    private static void removeStale(Path folder) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*-*")) {
            for (Path file : left) {
                String pid =
                        file.getFileName().toString().substring(PREFIX.length()).split("-", 2)[0];
                if (pid.matches("\\d{1,18}") && !alive(Long.parseLong(pid))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static UnderstudyException failed(Path path, IOException cause) {
        return new UnderstudyException(
                ErrorCode.FILE_FAILED,
                "cannot keep the database's password in " + path + ": " + cause.getMessage(),
                "check that the agent may write there and that the disk is not full",
                cause);
    }
}
