package io.understudy.filestore;

/**
 * A look at what a filestore holds, on which more depends than on a read that fails: a download that is cut short or
 * has a bit flipped looks like damage, or like what another wrote. So it is looked up to three times, and one look that
 * finds what is looked for is enough.
 *
 * @param <E> what a look throws, which ends it
 */
@FunctionalInterface
public interface RepeatedLook<E extends Exception> {
    boolean finds() throws E;

    /** Whether one of the looks finds it. */
    static <E extends Exception> boolean finds(RepeatedLook<E> look) throws E {
        return look.finds() || look.finds() || look.finds();
    }
}
