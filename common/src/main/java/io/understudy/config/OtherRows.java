package io.understudy.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a standby has otherwise in a database that is no PostgreSQL server's.
 *
 * @param afterLoad file of SQL that runs in each copy that was restored, before it can become live
 */
public record OtherRows(Optional<Path> afterLoad) {
    public static final OtherRows NONE = new OtherRows(Optional.empty());
}
