package io.understudy.replica.load;

/** The database cannot be brought up by differences, or should not; the message says why, as the end of a sentence. */
final class FullLoadRequired extends RuntimeException {
    private static final long serialVersionUID = 1;

    FullLoadRequired(String why) {
        super(why, null, false, false);
    }
}
