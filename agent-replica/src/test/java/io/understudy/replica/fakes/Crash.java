package io.understudy.replica.fakes;

/** The process died here. An Error, so that nothing handles it. */
public final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash(int point, String where) {
        super("crash " + point + " at " + where);
    }
}
