package io.understudy.replica.fetch;

import io.understudy.repository.Repository;
import java.nio.file.Path;
import java.time.Clock;

/** Mirrors of tests. */
public final class Mirrors {
    private Mirrors() {}

    /** In a folder of this machine, which is made. */
    public static Mirror in(Path folder, Repository remote, int threads) {
        return new Mirror(
                MirrorFolder.of(folder).made(),
                remote,
                threads,
                () -> folder.toFile().getUsableSpace(),
                Clock.systemUTC());
    }
}
