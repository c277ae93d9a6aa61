package io.understudy.tasks;

import java.util.Optional;

/**
 * For which site a thread works, in a process with several: the log says it in each line. A thread that such a thread
 * starts works for the same site; so do the threads of a pool whose factory was made there, also where another thread
 * makes it grow.
 */
public final class SiteThreads {
    private static final InheritableThreadLocal<String> SITE = new InheritableThreadLocal<>();

    private SiteThreads() {}

    /** Empty in a process that has one site. */
    public static Optional<String> current() {
        return Optional.ofNullable(SITE.get());
    }

    /** The work, to be done for this site on whatever thread. */
    public static Runnable of(String site, Runnable work) {
        return as(site, work);
    }

    /** @param site null: for none */
    static Runnable as(String site, Runnable work) {
        return () -> {
            String before = SITE.get();
            set(site);
            try {
                work.run();
            } finally {
                set(before);
            }
        };
    }

    private static void set(String site) {
        if (site == null) {
            SITE.remove();
        } else {
            SITE.set(site);
        }
    }
}
