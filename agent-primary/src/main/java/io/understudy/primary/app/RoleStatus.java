package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/**
 * Role and epochs of this server at one moment.
 *
 * @param marker whether it is there, or was when it was last seen; false when that is not known
 * @param markerSeen whether this look saw it, there or not
 * @param epoch that this server holds; 0 for none
 * @param highest epoch seen in the repository; 0 before it was seen
 * @param lastError why the role is not {@link Role#PRIMARY}, or why it could not be looked at again
 */
public record RoleStatus(
        Role role,
        boolean marker,
        boolean markerSeen,
        int epoch,
        int highest,
        Optional<UnderstudyException> lastError) {
    static final RoleStatus UNSEEN = new RoleStatus(Role.UNKNOWN, false, false, 0, 0, Optional.empty());

    /** Whose marker was seen. */
    RoleStatus(Role role, boolean marker, int epoch, int highest, Optional<UnderstudyException> lastError) {
        this(role, marker, true, epoch, highest, lastError);
    }

    /** Whether the marker is there; empty where the look failed. */
    Optional<Boolean> seenMarker() {
        return Optional.of(marker).filter(there -> markerSeen);
    }
}
