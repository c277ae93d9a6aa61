package io.understudy.bench;

/** Times work by the monotonic clock. */
final class Watch {
    private Watch() {}

    /** @return seconds */
    static double time(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }
}
