package io.understudy.admin;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A name for a socket that the kernel and Java take: the one has room for 107 bytes (unix(7)), the other, as of Java 17
 * to 25, for one less. A longer one is reached through a link in a folder of our own below the temporary folder, which
 * is there until this is closed.
 */
final class SocketPath implements AutoCloseable {
    private static final int LONGEST = 106;

    private final Path name;
    private final Optional<Path> link;

    private SocketPath(Path name, Optional<Path> link) {
        this.name = name;
        this.link = link;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} when there is no name that is short enough */
    static SocketPath of(Path socket) {
        Path absolute = socket.toAbsolutePath().normalize();
        if (isShort(absolute)) {
            return new SocketPath(absolute, Optional.empty());
        }
        try {
            Path folder = Files.createTempDirectory(
                    "u", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            SocketPath made = new SocketPath(
                    folder.resolve("s").resolve(absolute.getFileName()), Optional.of(folder.resolve("s")));
            try {
                Files.createSymbolicLink(folder.resolve("s"), absolute.getParent());
                if (isShort(made.name)) {
                    return made;
                }
            } catch (IOException | RuntimeException e) {
                made.close();
                throw e;
            }
            made.close();
            throw tooLong(absolute, null);
        } catch (IOException e) {
            throw tooLong(absolute, e);
        }
    }

    UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(name);
    }

    @Override
    public void close() {
        link.ifPresent(made -> {
            made.toFile().delete();
            made.getParent().toFile().delete();
        });
    }

    private static boolean isShort(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    private static UnderstudyException tooLong(Path socket, IOException why) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot use the socket " + socket + ": its path is longer than " + LONGEST + " bytes"
                        + (why == null ? "" : ", and no link to it can be made: " + why.getMessage()),
                "set state to a folder with a shorter path",
                why);
    }
}
