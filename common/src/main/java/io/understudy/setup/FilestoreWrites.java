package io.understudy.setup;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What the keys of an agent may write in its filestore, in {@code check}. */
public final class FilestoreWrites {
    private static final String NAME = "filestore";
    /** Where nothing may be deleted, each run writes this one again. */
    private static final String STAYS = "probe/check";

    private static final String NO_CONDITIONS =
            " has no conditional writes: two promotions at the same moment could both succeed";

    private FilestoreWrites() {}

    /**
     * Of a primary: creates an object, and again with the same name; the second must be refused.
     *
     * @throws UnderstudyException {@code FILESTORE_FAILED} for a store that is unsafe, and those of the store
     */
    public static CheckResult primary(Filestore filestore) {
        boolean deletes = permitted(() -> filestore.delete(STAYS));
        String key = deletes ? "probe/" + UUID.randomUUID() : STAYS;
        boolean first = true;
        if (deletes) {
            first = filestore.putIfAbsent(key, "first".getBytes(StandardCharsets.UTF_8));
        } else {
            filestore.put(key, Content.of("first".getBytes(StandardCharsets.UTF_8)));
        }
        boolean second = filestore.putIfAbsent(key, "second".getBytes(StandardCharsets.UTF_8));
        if (deletes) {
            filestore.delete(key);
        }
        if (!first || second) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_FAILED,
                    "filestore " + filestore.name() + " is unsafe: "
                            + (first
                                    ? "it overwrote an object despite If-None-Match"
                                    : "it did not write a new object with If-None-Match"),
                    "the fence against an old primary needs If-None-Match: use another store, or upgrade this one");
        }
        if (!deletes) {
            return CheckResult.warning(
                    NAME,
                    filestore.name() + " can be written, and nothing deleted with these keys: prune fails with them",
                    "run agent-primary prune with other keys, and set retention.automatic: no; docs/security.md has the"
                            + " rights of each role");
        }
        return filestore.capabilities().conditionalPut()
                ? CheckResult.ok(NAME, filestore.name() + " can be written, with conditional writes")
                : CheckResult.warning(
                        NAME,
                        filestore.name() + NO_CONDITIONS,
                        "promote one server at a time, or use a store that honours If-None-Match");
    }

    /**
     * Of a standby, which may do without.
     *
     * @param readable a key that it must be able to read
     * @throws UnderstudyException those of the store, also where it may not even be read
     */
    public static CheckResult standby(Filestore filestore, String readable) {
        boolean[] conditions = {false};
        if (permitted(() -> conditions[0] = filestore.capabilities().conditionalPut())) {
            return CheckResult.ok(NAME, filestore.name() + (conditions[0] ? "" : NO_CONDITIONS));
        }
        filestore.stat(readable);
        return CheckResult.warning(
                NAME,
                filestore.name() + " can only be read with these keys: this standby reports nothing, so retention"
                        + " holds no snapshot for it, and it cannot claim an epoch",
                "give the agent keys that may write before it is promoted; docs/security.md has the rights of each role");
    }

    private static boolean permitted(Runnable request) {
        try {
            request.run();
            return true;
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.FILESTORE_DENIED) {
                throw e;
            }
            return false;
        }
    }
}
