package io.understudy.primary.capture;

/** Whether the newest snapshot may be enough, so that the one that is asked for is not taken. */
public enum Need {
    /** It is taken whatever the newest one holds. */
    ALWAYS,
    /** It is not taken while the newest one holds the same and stands for its labels. */
    UNLESS_UNCHANGED,
    /** It is not taken while the newest one was taken by this process as the server's last one, and holds the same. */
    UNLESS_SHUT_DOWN
}
