package io.understudy.filestore;

import java.util.Optional;

/**
 * What {@code check} says of a filestore.
 *
 * @param hint what to do; empty where nothing is to be done
 */
public record Remark(String text, Optional<String> hint) {
    public static Remark fact(String text) {
        return new Remark(text, Optional.empty());
    }

    public static Remark warning(String text, String hint) {
        return new Remark(text, Optional.of(hint));
    }
}
