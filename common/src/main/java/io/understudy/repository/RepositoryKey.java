package io.understudy.repository;

import io.understudy.age.AgeIdentity;
import io.understudy.repository.blob.Naming;
import io.understudy.repository.blob.Sealing;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * The key of an encrypted repository, with all that belongs to it.
 *
 * @param number from 1 on
 * @param identity opens content
 * @param outline opens outlines and references alone
 * @param naming secret by which blobs are cut and named
 * @param moved whether the repository was plain, and some blobs have the names that they had then
 */
@SuppressWarnings("ArrayRecordComponent")
public record RepositoryKey(int number, AgeIdentity identity, AgeIdentity outline, byte[] naming, boolean moved) {
    /** A first one. */
    public static RepositoryKey generate(SecureRandom random) {
        byte[] naming = new byte[Naming.SECRET];
        random.nextBytes(naming);
        return new RepositoryKey(1, AgeIdentity.generate(), AgeIdentity.generate(), naming, false);
    }

    /** The same for a repository that was plain. */
    public RepositoryKey ofMoved() {
        return new RepositoryKey(number, identity, outline, naming, true);
    }

    /** The one after this. The secret of names stays, so that no content changes its name. */
    public RepositoryKey next() {
        return new RepositoryKey(number + 1, AgeIdentity.generate(), AgeIdentity.generate(), naming, moved);
    }

    /** To write with, and to read. */
    public Sealing sealing() {
        Sealing own = Sealing.of(number, naming, identity.recipient(), outline, Optional.of(identity));
        return moved ? own.ofMoved() : own;
    }

    /** As {@link #sealing()}, that reads what older ones opened too. @param all at least one, the newest last */
    static Sealing sealing(List<RepositoryKey> all) {
        RepositoryKey newest = all.get(all.size() - 1);
        return newest.sealing()
                .withOlder(all.subList(0, all.size() - 1).stream()
                        .map(RepositoryKey::identity)
                        .toList());
    }

    /** Says nothing of the secrets. */
    @Override
    public String toString() {
        return "key " + number + " (" + identity.recipient() + ")";
    }
}
