package io.understudy.config;

import io.understudy.config.Settings.FilestoreSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * A place in a bucket, or on a server over SSH, by its address: written in two ways it is the same. All of AWS is one
 * store, as no two buckets of it have one name.
 *
 * @param room what paths are below: the bucket and its store, or the server
 */
record StorePlace(String room, Path path) {
    private static final String AWS = ".amazonaws.com";

    /** @param store no folder of this server */
    static StorePlace of(FilestoreSettings store) {
        URI url = store.url();
        Path path = Path.of("/", Optional.ofNullable(url.getPath()).orElse("")).normalize();
        String authority = Optional.ofNullable(url.getAuthority()).orElse("");
        String host = authority.substring(authority.indexOf('@') + 1).toLowerCase(Locale.ROOT);
        String server = url.getScheme().equals("sftp") && host.endsWith(":22")
                ? host.substring(0, host.length() - ":22".length())
                : host;
        String endpoint = store.s3()
                .endpoint()
                .url()
                .flatMap(StorePlace::server)
                .map(at -> " at " + at)
                .orElse("");
        return new StorePlace(url.getScheme() + "://" + server + endpoint, path);
    }

    /** Whether one is the other, or lies in it. */
    boolean meets(StorePlace other) {
        return room.equals(other.room) && (path.startsWith(other.path) || other.path.startsWith(path));
    }

    /** Empty for AWS. */
    private static Optional<String> server(URI endpoint) {
        String host =
                String.valueOf(endpoint.getHost()).toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
        if (host.endsWith(AWS)) {
            return Optional.empty();
        }
        int usual = "http".equalsIgnoreCase(endpoint.getScheme()) ? 80 : 443;
        return Optional.of(
                endpoint.getPort() < 0 || endpoint.getPort() == usual ? host : host + ":" + endpoint.getPort());
    }
}
