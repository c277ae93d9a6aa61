package io.understudy.config;

import io.understudy.config.Settings.FilestoreSettings;
import java.util.Optional;

/** Where a tree's content comes from, where it is no plain folder. */
public sealed interface TreeSource {
    /**
     * Objects of a bucket. The folder of such a tree holds only the files that say where its objects are.
     *
     * @param first the bucket that the site uses; on a standby one of the two that imports are written to
     * @param second the other one; only a standby of a copied tree needs it
     */
    record Bucket(FilestoreSettings first, Optional<FilestoreSettings> second) implements TreeSource {}

    /**
     * A work tree of git.
     *
     * @param differences whether a snapshot holds those files alone that the revision has not; default: all files
     * @param ignored whether it holds what {@code .gitignore} leaves out; default: no
     */
    record Git(boolean differences, boolean ignored) implements TreeSource {}
}
