package io.understudy.filestore.s3;

/** The rule that ends old versions in a bucket, as {@code aws s3api put-bucket-lifecycle-configuration} takes it. */
final class LifecycleRule {
    private LifecycleRule() {}

    /**
     * @param prefix of the filestore's objects; its characters need no escapes
     * @param days how long an old version stays, so that a deletion can be undone
     */
    static String json(String prefix, int days) {
        return ("{\"Rules\":[{\"ID\":\"understudy-old-versions\",\"Status\":\"Enabled\",\"Filter\":{\"Prefix\":\"%s\"},"
                        + "\"NoncurrentVersionExpiration\":{\"NoncurrentDays\":%d},"
                        + "\"Expiration\":{\"ExpiredObjectDeleteMarker\":true},"
                        + "\"AbortIncompleteMultipartUpload\":{\"DaysAfterInitiation\":7}}]}")
                .formatted(prefix, days);
    }
}
