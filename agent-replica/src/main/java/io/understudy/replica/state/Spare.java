package io.understudy.replica.state;

import io.understudy.postgres.DatabaseIdentity;
import java.util.Optional;

/**
 * What is known of the spare database's content while it is not being changed.
 *
 * @param ahead what is whole in it and newer than what is live; only on a standby that follows or is being promoted
 * @param neverLive the database, where nothing but loads can have written into it since it was searched for what others
 *     wrote: not where an apply that went back left it, for the site ran on it then
 */
public record Spare(Optional<Ahead> ahead, Optional<DatabaseIdentity> neverLive) {
    public static final Spare UNKNOWN = new Spare(Optional.empty(), Optional.empty());
}
