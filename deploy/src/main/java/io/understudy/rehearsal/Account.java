package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;

/**
 * The user that PostgreSQL runs as: this one, or, since PostgreSQL refuses root, the unprivileged user of Debian's
 * package.
 *
 * @param name of the user; empty: the one who runs this process
 */
public record Account(String name) {
    private static final List<String> CANDIDATES = List.of("postgres", "nobody");

    public static Account unprivileged() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return new Account("");
        }
        for (String candidate : CANDIDATES) {
            if (exists(candidate)) {
                return new Account(candidate);
            }
        }
        throw new IllegalStateException(
                "cannot start PostgreSQL as root: this machine has none of the users " + CANDIDATES);
    }

    /** What to put before a command so that it runs as this user. */
    public List<String> prefix() {
        return name.isEmpty()
                ? List.of()
                : List.of("setpriv", "--reuid=" + name, "--regid=" + name, "--init-groups", "--");
    }

    /** Gives a file or folder to this user. */
    public void own(Path path) {
        if (name.isEmpty()) {
            return;
        }
        try {
            Files.setOwner(path, principal(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean exists(String user) {
        try {
            return principal(user) != null;
        } catch (IOException e) {
            return false;
        }
    }

    private static UserPrincipal principal(String user) throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(user);
    }
}
