package io.understudy.filestore;

import java.time.Instant;

/**
 * An object of a site's bucket as a listing shows it.
 *
 * @param key any text: other than the key of a filestore it may be no file's name
 * @param size bytes
 * @param etag as the store gives it, without quotes; equal content that is written again may have another one
 * @param modified by the store's clock, in whole milliseconds
 */
public record SiteObject(String key, long size, String etag, Instant modified) {}
