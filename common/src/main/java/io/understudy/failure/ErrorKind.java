package io.understudy.failure;

/** What is at fault, and so where to look. Each {@link ErrorCode} is of one kind. */
public enum ErrorKind {
    CONFIG("what is set on this server: the configuration file, the keys"),
    FILESTORE(
            "the filestore, the way to it, or that no repository is in it; the content of the snapshots may be whole"),
    DATABASE("a database server, or PostgreSQL's programs"),
    CONTENT("what is stored: it is damaged, missing or unreadable"),
    TRUST("who stored it: not a trusted key, or another site"),
    FENCE("another server, which holds the epoch or was faster"),
    DISK("a file or a disk of this server"),
    SITE("the site's service or its health"),
    AGENT("the agent itself: its role, its state, what it was asked for");

    private final String meaning;

    ErrorKind(String meaning) {
        this.meaning = meaning;
    }

    /** For the operators' reference: {@code the site's service or its health}. */
    public String meaning() {
        return meaning;
    }

    /** As in the operators' reference: {@code filestore}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
