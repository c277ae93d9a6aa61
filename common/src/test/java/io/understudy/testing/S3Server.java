package io.understudy.testing;

import io.understudy.config.S3Options;
import io.understudy.config.S3Options.Credentials;
import io.understudy.config.S3Options.Endpoint;
import io.understudy.config.S3Options.Keys;
import io.understudy.config.Secret;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.SshOptions;
import io.understudy.files.FolderDeletion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/**
 * A real S3 endpoint in this process, on a free port of 127.0.0.1: it checks signatures and honours conditional writes.
 */
public final class S3Server implements AutoCloseable {
    public static final String ACCESS_KEY = "understudy-test";
    public static final String SECRET_KEY = "the-secret-of-the-test";

    private final Path folder;
    private final BlobStore store;
    private final S3Proxy proxy;

    private S3Server(Path folder, UnaryOperator<BlobStore> around, Optional<String> virtualHost) throws Exception {
        this.folder = folder;
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", folder.toString());
        this.store = around.apply(BlobStores.create("filesystem", properties));
        S3Proxy.Builder builder = S3Proxy.builder()
                .blobStore(store)
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
                .endpoint(URI.create("http://127.0.0.1:0"));
        virtualHost.ifPresent(builder::virtualHost);
        this.proxy = builder.build();
        proxy.start();
    }

    public static S3Server start() throws Exception {
        return start(UnaryOperator.identity());
    }

    /** @param around what changes the store's behaviour */
    public static S3Server start(UnaryOperator<BlobStore> around) throws Exception {
        return new S3Server(Files.createTempDirectory("understudy-s3-"), around, Optional.empty());
    }

    /** Finds buckets in host names: {@code bucket.<host>}. */
    public static S3Server startVirtual(String host) throws Exception {
        return new S3Server(Files.createTempDirectory("understudy-s3-"), UnaryOperator.identity(), Optional.of(host));
    }

    /** From now on these keys alone are accepted. */
    public void renewKeys(String accessKey, String secretKey) {
        proxy.setBlobStoreLocator(
                (identity, container, blob) -> accessKey.equals(identity) ? new AccessGrant(secretKey, store) : null);
    }

    public int port() {
        return proxy.getPort();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public void createBucket(String bucket) {
        store.createContainer(bucket);
    }

    /** The folder that holds the buckets, each a folder, each object a file. */
    public Path folder() {
        return folder;
    }

    /** Names of uploads in parts that were begun and neither completed nor aborted. */
    public List<String> unfinishedUploads(String bucket) {
        return store.listMultipartUploads(bucket).stream()
                .map(upload -> upload.key())
                .toList();
    }

    /** Settings with this server's keys. */
    public FilestoreSettings settings(String url) {
        return settings(URI.create(url), endpoint(), ACCESS_KEY, SECRET_KEY);
    }

    public static FilestoreSettings settings(URI url, URI endpoint, String accessKey, String secretKey) {
        return settings(
                url,
                Duration.ofSeconds(20),
                new Endpoint(Optional.of(endpoint), Optional.empty(), true),
                keys(accessKey, secretKey));
    }

    public static Keys keys(String access, String secret) {
        return new Keys(Credentials.SETTINGS, Secret.of(access), Secret.of(secret), Secret.none());
    }

    /** Without other options than these. */
    public static FilestoreSettings settings(URI url, Duration timeout, Endpoint endpoint, Keys keys) {
        S3Options none = S3Options.NONE;
        return settings(
                url,
                timeout,
                new S3Options(endpoint, keys, none.encryption(), none.kmsKey(), none.storageClass(), none.lock()));
    }

    public static FilestoreSettings settings(URI url, Duration timeout, S3Options options) {
        return new FilestoreSettings(url, timeout, RateLimits.NONE, options, SshOptions.NONE);
    }

    @Override
    public void close() throws IOException {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IOException("cannot stop the S3 endpoint", e);
        }
        FolderDeletion.delete(folder);
    }
}
