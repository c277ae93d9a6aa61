package io.understudy.primary.app;

import java.util.Locale;

/** What this server is, as its primary agent sees it. */
public enum Role {
    /** No marker, and the highest epoch is this server's: it takes snapshots. */
    PRIMARY,
    /** The marker is there: the agent idles until it is gone. */
    REPLICA,
    /** Another server holds a higher epoch: the agent idles. */
    FENCED,
    /** No marker and no epoch of this repository: neither initialised here nor promoted. The agent idles. */
    NO_EPOCH,
    /**
     * The marker's folder or the filestore does not answer yet. A snapshot is tried, and its error says why it can't be
     * taken.
     */
    UNKNOWN;

    /** Whether the agent asks for no snapshots. */
    public boolean idles() {
        return this != PRIMARY && this != UNKNOWN;
    }

    /** {@code primary}, {@code replica}, {@code fenced}, {@code no epoch}, {@code unknown}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
