package io.understudy.admin;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.OwnUser;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;

/**
 * The users whose processes may ask a daemon: its own, and root. The kernel says who is at the other end, by the user
 * of the process when it connected or began to listen (SO_PEERCRED, unix(7)).
 */
final class AdminPeer {
    private final OwnUser own;
    private final UserPrincipal root;

    private AdminPeer(OwnUser own, UserPrincipal root) {
        this.own = own;
        this.root = root;
    }

    /** Of the user of this process. */
    static AdminPeer here() throws IOException {
        return new AdminPeer(
                OwnUser.get(),
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0"));
    }

    /** @return who it is; empty when it is neither */
    Optional<String> accepted(SocketChannel caller) throws IOException {
        UserPrincipal user = user(caller);
        if (user.equals(root)) {
            return Optional.of(new OwnUser(user, 0).toString());
        }
        return user.equals(own.user()) ? Optional.of(own.toString()) : Optional.empty();
    }

    /**
     * That a command speaks with an agent: a process of root, of the owner of the state folder, or of this user.
     *
     * @throws UnderstudyException {@code FILE_DENIED} when it is another's
     */
    void requireAgent(SocketChannel daemon, Path socket) throws IOException {
        UserPrincipal user = user(daemon);
        if (accepted(daemon).isEmpty()
                && !user.equals(Files.getOwner(socket.toAbsolutePath().getParent()))) {
            throw new UnderstudyException(
                    ErrorCode.FILE_DENIED,
                    "cannot ask the agent at " + socket + ": a process of user " + user.getName() + " listens there",
                    "stop that process, and see who let it into the state folder (mode 0700)");
        }
    }

    /** The name of its user, or the number of one without a name. */
    static String name(SocketChannel caller) throws IOException {
        return user(caller).getName();
    }

    private static UserPrincipal user(SocketChannel other) throws IOException {
        return other.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    }
}
