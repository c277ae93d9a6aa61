package io.understudy.admin;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;

/**
 * The users whose processes may ask a daemon: its own, and root. The kernel says who connects, by the user of the
 * process at that moment (SO_PEERCRED).
 */
final class AdminPeer {
    private final UserPrincipal own;
    private final UserPrincipal root;
    private final int ownNumber;

    private AdminPeer(UserPrincipal own, UserPrincipal root, int ownNumber) {
        this.own = own;
        this.root = root;
        this.ownNumber = ownNumber;
    }

    /**
     * @param self a connection of this process with itself
     * @param socket a file that this process made
     */
    static AdminPeer of(SocketChannel self, Path socket) throws IOException {
        UserPrincipal root =
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0");
        return new AdminPeer(user(self), root, (Integer) Files.getAttribute(socket, "unix:uid"));
    }

    /** @return who it is; empty when it is neither */
    Optional<String> accepted(SocketChannel caller) throws IOException {
        UserPrincipal user = user(caller);
        if (user.equals(root)) {
            return Optional.of(user.getName() + " (uid 0)");
        }
        return user.equals(own) ? Optional.of(user.getName() + " (uid " + ownNumber + ")") : Optional.empty();
    }

    /** The name of its user, or the number of one without a name. */
    static String name(SocketChannel caller) throws IOException {
        return user(caller).getName();
    }

    private static UserPrincipal user(SocketChannel caller) throws IOException {
        return caller.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    }
}
