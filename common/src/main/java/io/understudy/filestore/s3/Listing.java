package io.understudy.filestore.s3;

import io.minio.ListObjectsV2Args;
import io.minio.MinioAsyncClient;
import io.minio.messages.Item;
import io.minio.messages.ListBucketResultV2;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.ObjectIterator;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;

/**
 * A listing, page by page as it is read. Objects that no key can denote are passed over, and what a store lists although it is not
 * after {@code after}.
 */
final class Listing extends ObjectIterator {
    private final MinioAsyncClient client;
    private final S3Requests calls;
    private final Failures failures;
    private final Location location;
    private final String prefix;
    private final String after;
    private Iterator<? extends Item> page = Collections.emptyIterator();
    private String continuation;
    private boolean last;

    Listing(
            MinioAsyncClient client,
            S3Requests calls,
            Failures failures,
            Location location,
            String prefix,
            String after) {
        this.client = client;
        this.calls = calls;
        this.failures = failures;
        this.location = location;
        this.prefix = prefix;
        this.after = after;
    }

    @Override
    protected Optional<ObjectInfo> find() {
        Optional<ObjectInfo> found = Optional.empty();
        while (found.isEmpty() && (page.hasNext() || !last)) {
            if (page.hasNext()) {
                found = info(page.next());
            } else {
                turn();
            }
        }
        return found;
    }

    private void turn() {
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
            ListBucketResultV2 result = calls.call("list", () -> client.listObjectsV2(request.build()))
                    .result();
            result.contents().forEach(item -> item.setEncodingType(result.encodingType()));
            page = result.contents().iterator();
            continuation = result.nextContinuationToken();
            last = !result.isTruncated() || continuation == null;
        } catch (S3Error refusal) {
            throw failures.of("list", refusal.answer());
        }
    }

    private Optional<ObjectInfo> info(Item item) {
        String name = item.objectName();
        if (!name.startsWith(location.prefix())) {
            return Optional.empty();
        }
        String key = location.key(name);
        if (!Keys.valid(key) || key.compareTo(after) <= 0) {
            return Optional.empty();
        }
        return Optional.of(new ObjectInfo(key, item.size(), item.lastModified().toInstant()));
    }
}
