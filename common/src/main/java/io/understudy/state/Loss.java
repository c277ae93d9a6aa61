package io.understudy.state;

/** What the agent does when a file is damaged or cannot be written. */
enum Loss {
    /** It says so and does not go on. */
    STOPS,
    /** It logs a warning and goes on as if the file was not there. */
    COSTS,
    /** Its presence is what counts; one that cannot be written stops the agent. */
    COUNTS
}
