package io.understudy.filestore.s3;

import io.minio.HeadBucketArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.net.URI;
import java.time.Clock;
import okhttp3.OkHttpClient;

/** Creates the bucket of a filestore. */
public final class Bucket {
    private final Location location;
    private final MinioAsyncClient client;
    private final Failures failures;
    private final S3Requests calls;
    private final boolean regional;
    private final boolean lock;

    private Bucket(FilestoreSettings settings, OkHttpClient http) {
        this.location = Location.parse(settings.url());
        S3Keys keys = new KeySources(http, System::getenv, Clock.systemUTC())
                .of(settings.s3().keys());
        this.client = Connection.client(settings, keys, http);
        String endpoint = settings.s3().endpoint().url().map(URI::toString).orElse("Amazon S3");
        this.failures = new Failures(location.toString(), location.bucket(), endpoint, keys.hint());
        this.calls = new S3Requests(failures, keys);
        this.regional = settings.s3()
                .endpoint()
                .region()
                .filter(region -> !region.equals(NewBuckets.FIRST))
                .isPresent();
        this.lock = settings.s3().lock().isPresent();
    }

    /**
     * Creates the bucket, in {@code filestore.region} where it is set and else where the store puts it, with Object Lock where {@code retention.lock} is set: no bucket
     * gets it later on every store.
     *
     * @return false when these keys could use it already; it is unchanged then
     * @throws UnderstudyException also when the name is another account's
     */
    public static boolean create(FilestoreSettings settings) {
        OkHttpClient http = Connection.http(settings.timeout());
        try {
            return new Bucket(settings, http).create();
        } finally {
            Connection.close(http);
        }
    }

    private boolean create() {
        return !exists() && make();
    }

    private boolean exists() {
        String action = "look for the bucket of";
        HeadBucketArgs request =
                HeadBucketArgs.builder().bucket(location.bucket()).build();
        try {
            calls.call(action, () -> client.headBucket(request));
            return true;
        } catch (S3Error refusal) {
            if (refusal.answer().status() == 404) {
                return false;
            }
            throw failures.of(action, refusal.answer());
        }
    }

    private boolean make() {
        String action = "create the bucket of";
        try {
            if (regional) {
                MakeBucketArgs request = MakeBucketArgs.builder()
                        .bucket(location.bucket())
                        .objectLock(lock)
                        .build();
                calls.call(action, () -> client.makeBucket(request));
            } else {
                calls.call(action, () -> new NewBuckets(client).make(location.bucket(), lock));
            }
            return true;
        } catch (S3Error refusal) {
            S3Response answer = refusal.answer();
            if (answer.is("BucketAlreadyOwnedByYou")) {
                return false;
            }
            if (answer.is("BucketAlreadyExists", "InvalidBucketName")) {
                throw new UnderstudyException(
                        ErrorCode.FILESTORE_DENIED,
                        "cannot " + action + " " + location + ": " + answer,
                        "choose another name of the bucket in filestore.url: names are common to all accounts of a store");
            }
            throw failures.of(action, answer);
        }
    }
}
