package io.understudy.filestore.s3;

import io.minio.MinioAsyncClient;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.DaemonThreads;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** Builds the S3 client that the settings describe; connects to nothing yet. */
final class Connection {
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);
    private static final int PARALLEL = 64;
    private static final String AWS = "https://s3.amazonaws.com";

    private Connection() {}

    /**
     * HTTP without retries of its own: they are added once, by decoration, for every filestore. A conditional write
     * that was repeated unseen would find its own object and take it for another's.
     */
    static OkHttpClient http(Duration timeout) {
        Dispatcher dispatcher = new Dispatcher(Executors.newCachedThreadPool(DaemonThreads.named("s3")));
        dispatcher.setMaxRequests(PARALLEL);
        dispatcher.setMaxRequestsPerHost(PARALLEL);
        Duration connect = timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT;
        return new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(8, 1, TimeUnit.MINUTES))
                .protocols(List.of(Protocol.HTTP_1_1))
                .followRedirects(false)
                .retryOnConnectionFailure(false)
                .connectTimeout(connect)
                .readTimeout(timeout)
                .writeTimeout(timeout)
                .build();
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} */
    static MinioAsyncClient client(FilestoreSettings settings, S3Keys keys, OkHttpClient http) {
        MinioAsyncClient.Builder builder =
                MinioAsyncClient.builder().httpClient(http).credentialsProvider(keys);
        settings.s3().endpoint().region().ifPresent(builder::region);
        String endpoint = settings.s3().endpoint().url().map(URI::toString).orElse(AWS);
        try {
            MinioAsyncClient client = builder.endpoint(endpoint).build();
            if (settings.s3().endpoint().pathStyle()) {
                client.disableVirtualStyleEndpoint();
            } else {
                client.enableVirtualStyleEndpoint();
            }
            return client;
        } catch (IllegalArgumentException e) {
            throw invalid(
                    "filestore.endpoint is not the address of an S3 store: " + endpoint,
                    "write it as http://host:port or https://host, without a path");
        }
    }

    static void close(OkHttpClient http) {
        ExecutorService threads = http.dispatcher().executorService();
        threads.shutdown();
        http.connectionPool().evictAll();
    }

    private static UnderstudyException invalid(String why, String hint) {
        return new UnderstudyException(ErrorCode.CONFIG_INVALID, "cannot open the filestore: " + why, hint);
    }
}
