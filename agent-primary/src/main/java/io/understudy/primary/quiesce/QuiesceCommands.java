package io.understudy.primary.quiesce;

/** What an operator gave to stop, start, freeze and thaw. Each returns when it is done. */
public interface QuiesceCommands {
    /** @throws io.understudy.failure.UnderstudyException {@code COMMAND_FAILED}, {@code COMMAND_TIMEOUT} */
    void stop();

    /** As {@link #stop}; also where the site runs. */
    void start();

    /** As {@link #stop}. */
    void freeze();

    /** As {@link #stop}; also where nothing is frozen. */
    void thaw();
}
