package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * An object of the filestore that has the name of a manifest or a claim and that no trusted agent wrote under it, or an
 * {@code understudy.json} that is of no use. It is reported and passed over.
 *
 * @param key its name in the filestore
 * @param why it is junk: what reading it found
 */
public record JunkObject(String key, UnderstudyException why) {
    /**
     * What reading an object finds.
     *
     * @param read reads the object, and checks its signature before its format
     * @return empty where it is no junk
     */
    static Optional<JunkObject> in(String key, Runnable read) {
        try {
            read.run();
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (!isOfOneObject(e)) {
                throw e;
            }
            return Optional.of(new JunkObject(key, e));
        }
    }

    /**
     * Whether a failure says something of the object that was read, not of the filestore: also one that may not be read
     * by its mode, its key or its storage class is one object.
     */
    public static boolean isOfOneObject(UnderstudyException failure) {
        return failure.code().judgesContent() || failure.code() == ErrorCode.FILESTORE_DENIED;
    }

    /**
     * Where nothing is genuine, an object that may not be read is no junk: then the filestore refuses this agent.
     *
     * @throws UnderstudyException {@code FILESTORE_DENIED} for the first of these
     */
    public static void requireReadable(Collection<JunkObject> junk) {
        junk.stream().filter(JunkObject::isDenied).findFirst().ifPresent(first -> {
            throw first.why();
        });
    }

    /** An object in whose place something stands that is none: a folder, a pipe, a link to nothing. */
    static JunkObject noObject(String key) {
        return new JunkObject(
                key,
                new UnderstudyException(
                        ErrorCode.MANIFEST_DAMAGED,
                        "a folder, a pipe or a link has its name, or it was removed after it was listed",
                        "find out who made it"));
    }

    /** Whether it could not be read at all, and so may be genuine. */
    boolean isDenied() {
        return why.code() == ErrorCode.FILESTORE_DENIED;
    }

    /** An object that no agent gave its number. */
    static JunkObject farOff(String key) {
        return new JunkObject(
                key,
                new UnderstudyException(
                        ErrorCode.MANIFEST_DAMAGED,
                        "its number is more than " + GivenNumbers.OF_EPOCHS
                                + " above all others, and agents count by one",
                        "find out who wrote it"));
    }

    /** Whether a trusted key signed it, in a format of another version: it cannot be read, and it counts. */
    boolean isSigned() {
        return why.code() == ErrorCode.FORMAT_UNKNOWN;
    }

    /** One sentence for people. */
    public String text() {
        return key + " is junk and is passed over: " + why.getMessage();
    }

    /** What an operator does about it. */
    public String hint() {
        return "find out who writes into the filestore, take that right away, and "
                + (key.equals(Identity.KEY)
                        ? "write the object again: agent-primary init --repair on the primary"
                        : "remove the object");
    }

    /** Fails with the first: what is junk may be a newer snapshot of ours that is damaged. */
    public static void requireNone(List<JunkObject> junk) {
        if (!junk.isEmpty()) {
            throw junk.get(0).toException();
        }
    }

    public UnderstudyException toException() {
        return new UnderstudyException(why.code(), text(), hint(), why);
    }
}
