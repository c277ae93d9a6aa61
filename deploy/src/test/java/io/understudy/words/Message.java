package io.understudy.words;

/**
 * What an operator reads when something fails or is found wrong, as it stands in the source; values that are known only
 * then are {@code …}.
 *
 * @param code the error code's constant; {@code …} where it is that of a cause; of a warning the check that gives it,
 *     of the log its level
 * @param hint empty where a kind has none
 * @param file of the source, without its folders
 */
record Message(Kind kind, String code, String message, String hint, String file) {
    /** Where an operator meets it. */
    enum Kind {
        /** What a command, a log line or a status reports under an error code. */
        FAILURE,
        /** What an import or a check finds on this server before anything is loaded. */
        FAULT,
        /** What a standby should have and lacks. */
        DISCREPANCY,
        /** What a check warns of. */
        WARNING,
        /** What {@code /healthz} or {@code /readyz} answers when the agent is not healthy or not ready. */
        PROBE,
        /** What goes to the log alone. */
        LOG
    }

    /** Whether nothing of it is known before it is reported. */
    boolean isOnlyValues() {
        return !message.matches(".*[a-z]{3}.*") || message.equals("user … …");
    }
}
