package io.understudy.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/** The user of this process by the kernel's word, whatever properties and files say. */
public record OwnUser(UserPrincipal user, int number) {
    private static final Path SELF = Path.of("/proc/self");

    /** @throws IOException without {@code /proc} */
    public static OwnUser get() throws IOException {
        return new OwnUser(Files.getOwner(SELF), (Integer) Files.getAttribute(SELF, "unix:uid"));
    }

    /** Empty without {@code /proc}. */
    public static Optional<OwnUser> read() {
        try {
            return Optional.of(get());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public boolean isRoot() {
        return number == 0;
    }

    /** {@code root (uid 0)}. */
    @Override
    public String toString() {
        return user.getName() + " (uid " + number + ")";
    }
}
