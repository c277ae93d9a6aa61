package io.understudy.filestore.s3;

import io.minio.GetObjectArgs;
import io.minio.HeadBucketArgs;
import io.minio.HeadObjectResponse;
import io.minio.MinioAsyncClient;
import io.minio.ObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.Remark;
import io.understudy.time.Ticker;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import okhttp3.OkHttpClient;

/**
 * Keeps each object under its key, after a prefix, in a bucket that exists. Retries nothing by itself. Whether the
 * store honours conditional writes is tried once in the life of an instance, when it first matters: see
 * {@link ConditionalWrites}.
 */
public final class S3Filestore implements Filestore {
    private final Location location;
    private final OkHttpClient http;
    private final MinioAsyncClient client;
    private final S3Keys keys;
    private final Failures failures;
    private final S3Requests calls;
    private final Uploads uploads;
    private final ConditionalWrites conditional;
    private final Optional<S3Lock> lock;
    private volatile boolean bucketSeen;

    /**
     * Connects to nothing yet.
     *
     * @throws UnderstudyException {@code CONFIG_INVALID}
     */
    public S3Filestore(FilestoreSettings settings, Ticker ticker) {
        this(settings, ticker, Connection.http(settings.timeout()));
    }

    S3Filestore(FilestoreSettings settings, Ticker ticker, OkHttpClient http) {
        this(settings, ticker, http, new KeySources(http, System::getenv, Clock.systemUTC()), Clock.systemUTC());
    }

    S3Filestore(FilestoreSettings settings, Ticker ticker, OkHttpClient http, KeySources sources, Clock clock) {
        this.location = Location.parse(settings.url());
        this.http = http;
        this.keys = sources.of(settings.s3().keys());
        this.client = Connection.client(settings, keys, http);
        String endpoint = settings.s3().endpoint().url().map(URI::toString).orElse("Amazon S3");
        this.failures = new Failures(location.toString(), location.bucket(), endpoint, keys.hint());
        this.calls = new S3Requests(failures, keys);
        this.uploads = new Uploads(client, location, calls, failures, new WriteHeaders(settings.s3(), clock));
        this.lock = settings.s3().lock().map(each -> new S3Lock(client, calls, failures, location, each, clock));
        this.conditional = new ConditionalWrites(this, uploads, ticker);
    }

    @Override
    public String name() {
        return location.toString();
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(conditional.honoured());
    }

    @Override
    public Optional<ContentLock> lock() {
        return lock.map(each -> each);
    }

    @Override
    public List<Remark> remarks() {
        List<Remark> remarks = new ArrayList<>();
        remarks.add(Remark.fact("keys from " + keys.source()));
        remarks.addAll(new BucketRemarks(client, calls, failures, location, lock.map(S3Lock::lock)).all());
        return remarks;
    }

    @Override
    public void put(String key, Content content) {
        uploads.put(Keys.check(key), content);
        bucketSeen = true;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return conditional.putIfAbsent(Keys.check(key), content);
    }

    @Override
    public InputStream open(String key, long offset) {
        String action = "read " + Keys.check(key) + " from";
        GetObjectArgs.Builder request = at(GetObjectArgs.builder(), key);
        if (offset > 0) {
            request.offset(offset);
        }
        try {
            InputStream content = calls.call(action, () -> client.getObject(request.build()), ObjectStream::discard);
            return new ObjectStream(content, e -> failures.of(action, e));
        } catch (S3Error refusal) {
            if (refusal.answer().missingKey()) {
                throw failures.missing(key);
            }
            if (refusal.answer().beyondEnd()) {
                return nothingAt(offset, key);
            }
            throw failures.of(action, refusal.answer());
        }
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        String action = "look for " + Keys.check(key) + " in";
        StatObjectArgs request = at(StatObjectArgs.builder(), key).build();
        try {
            HeadObjectResponse found = calls.call(action, () -> client.statObject(request));
            return Optional.of(
                    new ObjectInfo(key, found.size(), found.lastModified().toInstant()));
        } catch (S3Error refusal) {
            if (refusal.answer().missingKey()) {
                requireBucket(action);
                return Optional.empty();
            }
            throw failures.of(action, refusal.answer());
        }
    }

    @Override
    public Page page(String prefix, String after) {
        return new Listing(client, calls, failures, location).page(prefix, after);
    }

    @Override
    public void delete(String key) {
        String action = "delete " + Keys.check(key) + " from";
        RemoveObjectArgs request = at(RemoveObjectArgs.builder(), key).build();
        try {
            calls.call(action, () -> client.removeObject(request));
        } catch (S3Error refusal) {
            if (!refusal.answer().missingKey()) {
                throw failures.of(action, refusal.answer());
            }
        }
    }

    @Override
    public void close() {
        Connection.close(http);
    }

    private <B extends ObjectArgs.Builder<B, A>, A extends ObjectArgs> B at(B request, String key) {
        return request.bucket(location.bucket()).object(location.object(key));
    }

    /** A range that begins at an object's end is refused by S3; to a reader it is the end. */
    private InputStream nothingAt(long offset, String key) {
        long size = stat(key).orElseThrow(() -> failures.missing(key)).size();
        if (offset == size) {
            return InputStream.nullInputStream();
        }
        throw new UnderstudyException(
                ErrorCode.OBJECT_MISSING,
                "cannot read " + key + " from " + name() + " at " + offset + ": it has only " + size + " bytes",
                "verify the snapshot: the object is shorter than its description");
    }

    /** A store says of an object in a missing bucket only that it is missing; asking once distinguishes the two. */
    private void requireBucket(String action) {
        if (bucketSeen) {
            return;
        }
        HeadBucketArgs request =
                HeadBucketArgs.builder().bucket(location.bucket()).build();
        try {
            calls.call(action, () -> client.headBucket(request));
        } catch (S3Error refusal) {
            if (refusal.answer().status() == 404) {
                throw failures.missingBucket(action);
            }
            if (refusal.answer().status() != 403) {
                throw failures.of(action, refusal.answer());
            }
        }
        bucketSeen = true;
    }
}
