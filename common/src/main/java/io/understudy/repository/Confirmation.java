package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether a filestore holds the repository that it is opened as, by what trusted keys signed: anybody who can write
 * there can overwrite {@code understudy.json}, which nothing signs.
 */
final class Confirmation {
    /** Snapshots that are read to find one of this repository, from the newest on. */
    private static final int TRIED = 100;

    private final Repository repository;
    /** Why the claims that were read are not this repository's. */
    private final List<JunkObject> claims = new ArrayList<>();
    /** The same of snapshots, the newest first. */
    private final List<JunkObject> snapshots = new ArrayList<>();

    private final boolean given;

    private Confirmation(Repository repository) {
        this.repository = repository;
        this.given = repository.epochs().areHere(claims::add) || hasSnapshot();
    }

    /** Reads one object after the other, until one is this repository's beyond doubt. */
    static Confirmation of(Repository repository) {
        return new Confirmation(repository);
    }

    private boolean hasSnapshot() {
        return repository.list().stream()
                .sorted(Comparator.reverseOrder())
                .limit(TRIED)
                .map(repository::junk)
                .anyMatch(why -> {
                    why.ifPresent(snapshots::add);
                    return why.isEmpty();
                });
    }

    boolean isGiven() {
        return given;
    }

    /**
     * Where nothing shows that it is this one.
     *
     * @throws UnderstudyException {@code WRONG_REPOSITORY} when something there is another's of this site
     */
    void requireNoOther() {
        Stream.concat(claims.stream(), snapshots.stream())
                .filter(each -> !given && each.why().code() == ErrorCode.WRONG_REPOSITORY)
                .findFirst()
                .ifPresent(other -> {
                    throw new UnderstudyException(
                            ErrorCode.WRONG_REPOSITORY,
                            "cannot use " + repository.name() + ": by " + Identity.KEY
                                    + ", which nothing signs, it is repository " + repository.id()
                                    + ", and what trusted keys signed there says another: "
                                    + other.why().getMessage(),
                            "write " + Identity.KEY + " again: agent-primary init --repair on the primary",
                            other.why());
                });
    }

    /**
     * That something shows it.
     *
     * @throws UnderstudyException as {@link #requireNoOther}; else why the newest snapshot is none, or the first claim;
     *     {@code REPOSITORY_MISSING} when there is neither
     */
    void require() {
        requireNoOther();
        if (given) {
            return;
        }
        Stream.concat(snapshots.stream(), claims.stream()).findFirst().ifPresent(found -> {
            throw found.why();
        });
        throw new UnderstudyException(
                ErrorCode.REPOSITORY_MISSING,
                "cannot use " + repository.name() + ": by " + Identity.KEY + ", which nothing signs, it is repository "
                        + repository.id() + ", and there is no claim and no snapshot of it",
                "correct filestore.url; if the object was overwritten: agent-primary init --repair on the primary");
    }
}
