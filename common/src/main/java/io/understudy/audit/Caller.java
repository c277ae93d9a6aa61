package io.understudy.audit;

import io.understudy.files.OwnUser;

/**
 * Who asks.
 *
 * @param who {@code root (uid 0)}, or the names of a certificate
 * @param from the socket, the address and port, or {@code its own process}
 */
public record Caller(String who, String from) {
    /** The user of this process: a command that needs no daemon. */
    public static Caller ofThisProcess() {
        return new Caller(
                OwnUser.read().map(OwnUser::toString).orElse("unknown"),
                "its own process, " + ProcessHandle.current().pid());
    }

    @Override
    public String toString() {
        return who + " from " + from;
    }
}
