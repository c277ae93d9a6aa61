package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.key.SignedLine;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Objects that are read whole, with a limit on what a hostile store can make a reader hold. */
final class SmallObject {
    private SmallObject() {}

    /**
     * @param limit bytes; a longer object is {@code MANIFEST_DAMAGED}
     * @return empty when there is no such object
     */
    static Optional<byte[]> read(Filestore filestore, String key, int limit) {
        try (InputStream in = filestore.open(key, 0)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw SignedLine.damaged(key, "it is longer than " + limit + " bytes", null);
            }
            return Optional.of(bytes);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.OBJECT_MISSING) {
                return Optional.empty();
            }
            throw e;
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_FAILED,
                    "cannot read " + key + " in " + filestore.name() + ": " + e,
                    "try again; if it fails again, check the filestore",
                    e);
        }
    }
}
