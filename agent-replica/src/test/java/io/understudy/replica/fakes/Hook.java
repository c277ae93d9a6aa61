package io.understudy.replica.fakes;

/** Lets a test fail, crash or look at the moment around a step of a fake: what it throws is thrown on. */
public interface Hook {
    Hook NONE = new Hook() {};

    /** The step has changed nothing yet. */
    default void before(String step) {}

    /** The step is done, but its caller does not know yet. */
    default void after(String step) {}
}
