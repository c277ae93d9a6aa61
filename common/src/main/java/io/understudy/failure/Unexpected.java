package io.understudy.failure;

/** What no one foresaw, as a failure with a code: a defect of Understudy, or the end of its memory. */
public final class Unexpected {
    /** What an operator does when the heap does not suffice. */
    public static final String MORE_MEMORY =
            "give the agent more memory, for instance UNDERSTUDY_JAVA_OPTS=-Xmx1g, or set database.connections lower";

    private Unexpected() {}

    /**
     * @param doing {@code take a snapshot}
     * @return the failure itself when it is known, {@code OUT_OF_MEMORY} or {@code INTERNAL} otherwise
     */
    public static UnderstudyException of(String doing, Throwable thrown) {
        if (thrown instanceof UnderstudyException known) {
            return known;
        }
        if (thrown instanceof OutOfMemoryError) {
            return new UnderstudyException(
                    ErrorCode.OUT_OF_MEMORY,
                    "cannot " + doing + ": the agent's memory of "
                            + (Runtime.getRuntime().maxMemory() >> 20) + " MiB does not suffice (" + thrown.getMessage()
                            + ")",
                    MORE_MEMORY,
                    thrown);
        }
        return new UnderstudyException(
                ErrorCode.INTERNAL,
                "cannot " + doing + ": " + thrown,
                "this is a defect of Understudy: please report it with the agent's log",
                thrown);
    }
}
