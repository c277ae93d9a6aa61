package io.understudy.filestore;

import java.util.List;

/**
 * A part of a listing.
 *
 * @param objects in ascending order of their keys
 * @param more whether there may be objects after the last one of these, which there is then
 */
public record Page(List<ObjectInfo> objects, boolean more) {
    public Page {
        objects = List.copyOf(objects);
        if (more && objects.isEmpty()) {
            throw new IllegalArgumentException("a page without objects has no end after which the next one begins");
        }
    }

    /** The key after which the next page begins. */
    public String last() {
        return objects.get(objects.size() - 1).key();
    }
}
