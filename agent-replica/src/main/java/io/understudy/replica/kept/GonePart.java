package io.understudy.replica.kept;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A part of what a server had as the primary that is not kept, or not any more.
 *
 * @param part for people
 * @param stays whether the import that replaced it left it next to what is live, for its owner
 */
public record GonePart(@JsonValue String part, boolean stays) {
    static GonePart of(String part) {
        return new GonePart(part, false);
    }
}
