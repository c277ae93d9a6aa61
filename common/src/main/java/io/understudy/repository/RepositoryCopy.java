package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import java.util.Optional;
import java.util.UUID;

/** Copies of a repository, such as the mirror of a standby. */
public final class RepositoryCopy {
    private RepositoryCopy() {}

    /**
     * Opens a copy of another repository, or makes the filestore one: it has the original's identity, and trusts whom
     * the original trusts. An identity there that is damaged is written again.
     *
     * @throws UnderstudyException {@code REPOSITORY_EXISTS} when the filestore is another repository, and holds nothing
     *     of this one
     */
    public static Repository open(Filestore filestore, Repository original) {
        Identity wanted = original.identity;
        Repository copy = original.in(filestore);
        original.copyKeys(filestore);
        if (!wanted.create(filestore)) {
            Optional<Identity> found = Identity.readable(filestore);
            if (found.filter(there -> !there.isOf(wanted)).isPresent()
                    && !Confirmation.of(copy).isGiven()) {
                throw new UnderstudyException(
                        ErrorCode.REPOSITORY_EXISTS,
                        "cannot use " + filestore.name() + " as a copy of " + original.name()
                                + ": by " + Identity.KEY + " it holds another repository, "
                                + found.get().repository() + " of site \""
                                + found.get().site() + "\"",
                        "if the site's repository was created again, remove the old copy and start again");
            }
            if (!found.equals(Optional.of(wanted))) {
                copy.repairIdentity();
            }
        }
        return copy;
    }

    /** Which repository a filestore says that it holds; empty where it does not say so. */
    public static Optional<UUID> idIn(Filestore filestore) {
        return Identity.readable(filestore).map(Identity::repository);
    }
}
