package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;

/**
 * Looks whether what a server would write is for the repository as it is now. One that was away may have been left
 * with the configuration of a plain repository that was encrypted since, or with a key that another one replaced: what
 * it wrote then would be readable for the wrong people, or refused by all others.
 */
public final class CurrentKeys {
    private CurrentKeys() {}

    /**
     * Takes over keys that were made since.
     *
     * @param what cannot be done otherwise: {@code save an orphan}
     * @throws UnderstudyException {@code IDENTITY_MISSING} where this server has not the newest key
     */
    public static void require(Repository repository, String what) {
        repository.refreshKeys();
        if (!repository.isEncrypted()) {
            requirePlain(repository, what);
            return;
        }
        int newest = KeyObject.newest(repository.filestore);
        if (newest > repository.sealing.key()) {
            throw missing(
                    what,
                    "the repository was encrypted to another key since this server was the primary (rekey): it has key "
                            + repository.sealing.key() + ", and " + newest + " is the newest",
                    null);
        }
    }

    /** The newest snapshot says so: it is not readable as a plain one then. */
    private static void requirePlain(Repository repository, String what) {
        try {
            repository.newest();
        } catch (UnderstudyException e) {
            throw e.code() == ErrorCode.IDENTITY_MISSING
                    ? missing(what, "the repository was encrypted since this server was the primary", e)
                    : e;
        }
    }

    private static UnderstudyException missing(String what, String why, UnderstudyException cause) {
        return new UnderstudyException(
                ErrorCode.IDENTITY_MISSING,
                "cannot " + what + ": " + why,
                "give this server an identity: age-keygen -o FILE here, agent-primary keys add age1… on the new primary,"
                        + " and encryption.identity in the configuration of this server",
                cause);
    }
}
