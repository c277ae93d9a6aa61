package io.understudy.filestore.s3;

import io.minio.ListObjectsV2Args;
import io.minio.MinioAsyncClient;
import io.minio.messages.Item;
import io.minio.messages.ListBucketResultV2;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;

/**
 * The pages of a listing. Objects that no key can denote are passed over, and what a store lists although it does
 * not come after the key that it was given: a page of nothing else is followed by the store's own continuation mark.
 */
record Listing(MinioAsyncClient client, S3Requests calls, Failures failures, Location location) {
    /** Answers in a row that may hold no object: of names that no key can denote, a thousand in each. */
    private static final int MOST_EMPTY = 100;

    Page page(String prefix, String after) {
        List<ObjectInfo> objects;
        String continuation = null;
        int asked = 0;
        do {
            if (asked++ == MOST_EMPTY) {
                throw failures.endless(prefix, MOST_EMPTY);
            }
            ListBucketResultV2 result = ask(prefix, after, continuation);
            objects = result.contents().stream()
                    .flatMap(item -> info(item, result.encodingType(), after).stream())
                    .toList();
            continuation = result.isTruncated() ? result.nextContinuationToken() : null;
        } while (objects.isEmpty() && continuation != null);
        return new Page(objects, continuation != null);
    }

    private ListBucketResultV2 ask(String prefix, String after, String continuation) {
        ListObjectsV2Args.Builder request = ListObjectsV2Args.builder()
                .bucket(location.bucket())
                .prefix(location.object(prefix))
                .encodingType("url");
        if (continuation != null) {
            request.continuationToken(continuation);
        } else if (!after.isEmpty()) {
            request.startAfter(location.object(after));
        }
        try {
            return calls.call("list", () -> client.listObjectsV2(request.build()))
                    .result();
        } catch (S3Error refusal) {
            throw failures.of("list", refusal.answer());
        }
    }

    private Optional<ObjectInfo> info(Item item, String encoding, String after) {
        item.setEncodingType(encoding);
        String name = name(item);
        if (name.isEmpty() || !name.startsWith(location.prefix())) {
            return Optional.empty();
        }
        String key = location.key(name);
        if (!Keys.valid(key) || key.compareTo(after) <= 0) {
            return Optional.empty();
        }
        if (item.lastModified() == null) {
            throw failures.of("list", new DateTimeException("an object has no date"));
        }
        return Optional.of(new ObjectInfo(key, item.size(), item.lastModified().toInstant()));
    }

    /** Empty where the store gives none that can be decoded: no key denotes it. */
    private static String name(Item item) {
        try {
            return String.valueOf(item.objectName());
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
