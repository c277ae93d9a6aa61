package io.understudy.diff;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A path of a tree that differs between two snapshots.
 *
 * @param tree its name
 * @param path with the tree before it
 */
record ChangedPath(Change change, @JsonIgnore String tree, String path) {
    /** How it differs. */
    enum Change {
        CAME("+"),
        GONE("-"),
        /** A file's content, a link's target, or what it is. */
        CONTENT("M"),
        /** Mode, owner, group or time alone. */
        ATTRIBUTES("U");

        private final String sign;

        Change(String sign) {
            this.sign = sign;
        }

        @JsonValue
        String sign() {
            return sign;
        }
    }

    String text() {
        return change.sign() + " " + path;
    }
}
