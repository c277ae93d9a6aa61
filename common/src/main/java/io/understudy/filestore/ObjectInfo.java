package io.understudy.filestore;

import java.time.Instant;

/**
 * An object of a filestore as a listing shows it.
 *
 * @param size bytes
 * @param modified when it was written, by the store's clock
 */
public record ObjectInfo(String key, long size, Instant modified) {}
