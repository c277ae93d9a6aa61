package io.understudy.files;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a tree holds; decides when it is applied and how carefully. */
public enum TreeKind {
    /** Media: applied last. */
    FILES,
    /** The site's configuration: applied first, behind the marker. */
    CONFIG,
    /** Certificates and secrets: files 0600, folders 0700, whatever the index says. */
    SECRETS,
    /** A work tree of git: applied with the configuration. */
    GIT,
    /** Objects of a bucket: a standby writes them into a bucket of its own, and applies where they are. */
    BUCKET,
    /** What a bucket holds, without the objects. */
    INVENTORY;

    /** Whether its files are those of a bucket. */
    public boolean isOfBucket() {
        return this == BUCKET || this == INVENTORY;
    }

    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
