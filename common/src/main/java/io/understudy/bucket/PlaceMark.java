package io.understudy.bucket;

/**
 * The object that says of a bucket, or a prefix of one, that a standby may change all that lies in it: a standby makes
 * it where nothing lies yet, and changes nothing where there are objects and it is missing.
 */
public final class PlaceMark {
    public static final String KEY = ".understudy-place";

    private PlaceMark() {}
}
