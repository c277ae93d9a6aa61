package io.understudy.replica.load;

/** The database cannot be brought up by differences, or should not; the message says why, as the end of a sentence. */
final class FullLoadRequired extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean once;

    FullLoadRequired(String why) {
        this(why, false);
    }

    private FullLoadRequired(String why, boolean once) {
        super(why, null, false, false);
        this.once = once;
    }

    /** For a reason that is over with this load. */
    static FullLoadRequired once(String why) {
        return new FullLoadRequired(why, true);
    }

    /** Of the load that it requires. */
    LoadReport report() {
        return once ? LoadReport.fullOnce(getMessage()) : LoadReport.full(getMessage());
    }
}
