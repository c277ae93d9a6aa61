package io.understudy.filestore;

import java.util.Optional;

/**
 * One of several stores that are to hold the same, as far as retention keeps it.
 *
 * @param name as the configuration calls it
 * @param window in which content is written to it; empty: always
 * @param ownRetention whether a rule of its own decides what it keeps
 */
public record Copy(String name, Filestore store, Optional<WriteWindow> window, boolean ownRetention) {
    /** The window, while content may not be written to it. */
    public Optional<WriteWindow> closed() {
        return window.filter(each -> !each.isOpen());
    }
}
