package io.understudy.progress;

/**
 * Receives how far a long piece of work has come. Called often and from several threads: implementations are cheap,
 * thread-safe and never throw.
 */
@FunctionalInterface
public interface Progress {
    /**
     * @param step what is being done, lower case: {@code database}, {@code media}, {@code fetch}
     * @param doneBytes bytes done of this step so far
     * @param totalBytes bytes of the whole step, or -1 while unknown
     */
    void report(String step, long doneBytes, long totalBytes);

    static Progress none() {
        return (step, done, total) -> {};
    }
}
