package io.understudy.simulation;

/** The promises of the design as the simulation watches them; {@code deploy/docs/simulation.md} says how. */
enum Promise {
    COMMIT_LAST(1),
    IMMUTABLE(2),
    NEVER_MIXED(3),
    MARKER(4),
    NEVER_BACKWARD(5),
    ONE_WRITER(6),
    /** Of promise 6: of the two servers of a switchover one serves, and with all that was acknowledged. */
    HANDED_OVER_WHOLE(6),
    RETENTION(7),
    /** Of promise 9: what an old primary never shipped is saved before anything is written over it. */
    NOTHING_LOST_IN_A_RETURN(9),
    /** Of promise 12: a drill leaves all that is live as it was, and nothing of its own. */
    DRILL_LEAVES_NOTHING(12),
    AUTHENTIC(8),
    FILESTORE_IS_THE_TRUTH(9),
    NO_SILENT_FAILURE(10),
    SITE_FIRST(12),
    CHECKED(13);

    private final int number;

    Promise(int number) {
        this.number = number;
    }

    /** It is broken: the run ends. */
    static final class Broken extends AssertionError {
        private static final long serialVersionUID = 1L;
        private final transient Promise promise;

        Broken(Promise promise, String how) {
            super("promise " + promise.number + ", " + promise + ": " + how);
            this.promise = promise;
        }

        Broken(Promise promise, String how, Throwable cause) {
            this(promise, how);
            initCause(cause);
        }

        Promise promise() {
            return promise;
        }
    }

    Broken broken(String how) {
        return new Broken(this, how);
    }
}
