package io.understudy.filestore;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Whether an object is what somebody wanted to write. A broken download looks like the object of another writer, whose
 * victory is no small thing: so this is a {@link RepeatedLook}.
 */
public final class StoredBytes {
    private StoredBytes() {}

    /**
     * @param open the object from its beginning; throws where it is not there
     * @param content in full
     * @throws IOException where reading it fails
     */
    public static boolean are(Supplier<InputStream> open, byte[] content) throws IOException {
        return RepeatedLook.<IOException>finds(() -> {
            try (InputStream in = open.get()) {
                // No more than shows a difference: anything may be stored there.
                return Arrays.equals(in.readNBytes(content.length + 1), content);
            }
        });
    }
}
