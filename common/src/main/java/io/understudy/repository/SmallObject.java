package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.repository.key.SignedLine;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Objects and listings that are held whole, with a limit on what a hostile store can make a reader hold. */
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

    /**
     * The objects below a prefix of which a repository has few.
     *
     * @param after the last key that is not wanted; empty: all
     * @param most objects; with more of them none is given, for they fill the memory
     * @throws UnderstudyException {@code FILESTORE_FAILED} when there are more
     */
    static List<ObjectInfo> list(Filestore filestore, String prefix, String after, int most) {
        try (Stream<ObjectInfo> listed = filestore.list(prefix, after)) {
            List<ObjectInfo> all = listed.limit(most + 1L).toList();
            if (all.size() > most) {
                throw new UnderstudyException(
                        ErrorCode.FILESTORE_FAILED,
                        "cannot list " + prefix + " in " + filestore.name() + ": there are more than " + most
                                + " objects",
                        "no agent writes that many: find out who does, take that right away, and remove them");
            }
            return all;
        }
    }
}
