package io.understudy.rehearsal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.URI;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.slf4j.LoggerFactory;

/**
 * A real S3 endpoint on 127.0.0.1 that checks signatures: {@code S3Endpoint <port> <folder> <bucket>}, with the keys in
 * the environment.
 */
public final class S3Endpoint {
    static final String ACCESS_KEY = "S3_ACCESS_KEY";
    static final String SECRET_KEY = "S3_SECRET_KEY";

    private S3Endpoint() {}

    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", arguments[1]);
        BlobStore store = BlobStores.create("filesystem", properties);
        if (!store.containerExists(arguments[2])) {
            store.createContainer(arguments[2]);
        }
        S3Proxy.builder()
                .blobStore(store)
                .awsAuthentication(AuthenticationType.AWS_V4, System.getenv(ACCESS_KEY), System.getenv(SECRET_KEY))
                .endpoint(URI.create("http://127.0.0.1:" + arguments[0]))
                .build()
                .start();
    }
}
