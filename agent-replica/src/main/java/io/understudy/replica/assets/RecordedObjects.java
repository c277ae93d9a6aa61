package io.understudy.replica.assets;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.Inventory.Line;
import io.understudy.bucket.ObjectPath;
import io.understudy.bucket.SortedObjects;
import io.understudy.bucket.SortedObjects.Placed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * What a bucket has of the objects that a snapshot recorded.
 *
 * @param recorded how many there were
 * @param missing how many of them are not in the bucket
 * @param resized how many are there with another size
 */
record RecordedObjects(long recorded, long missing, long resized) {
    static RecordedObjects compare(TreeObjects tree, SortedObjects there) {
        long recorded = 0;
        long missing = 0;
        long resized = 0;
        try (Inventory.Reader lines = tree.inventory()) {
            Optional<Placed> listed = there.next();
            for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                recorded++;
                Line wanted = line.get();
                while (listed.isPresent() && order(listed.get(), wanted) < 0) {
                    listed = there.next();
                }
                boolean found = listed.isPresent() && order(listed.get(), wanted) == 0;
                missing += found ? 0 : 1;
                resized += found && listed.get().object().size() != wanted.size() ? 1 : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RecordedObjects(recorded, missing, resized);
    }

    private static int order(Placed listed, Line wanted) {
        return ObjectPath.of(listed.object().key()).compareTo(ObjectPath.of(wanted.key()));
    }

    String text(String bucket) {
        return missing + " of " + recorded + " recorded objects are missing in " + bucket
                + (resized == 0 ? "" : ", " + resized + " have another size");
    }
}
