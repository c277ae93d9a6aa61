package io.understudy.replica.fetch;

import io.understudy.filestore.Filestore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.TrustedKeys;
import java.time.Clock;

/** Mirrors on filestores that are no folders. */
public final class Mirrors {
    private Mirrors() {}

    /** A mirror on a disk that never fills; it fetches one blob after the other, in the caller's thread. */
    public static Mirror in(Filestore folder, Repository remote, Clock clock) {
        return new Mirror(folder, remote, 1, () -> Long.MAX_VALUE, clock);
    }

    /** The same without its repository. */
    public static Mirror alone(Filestore folder, String site, TrustedKeys trusted, Clock clock) {
        return Mirror.alone(folder, site, trusted, 1, () -> Long.MAX_VALUE, clock);
    }
}
