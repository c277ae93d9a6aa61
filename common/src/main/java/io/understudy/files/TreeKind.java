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
    SECRETS;

    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
