package io.understudy.sample;

import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What the site reads at its start. Where it runs comes from a file of this host alone; how it behaves ({@code title},
 * {@code upload_limit}) comes from {@code site.properties} in its configuration tree, which travels with every
 * snapshot.
 *
 * @param uploadLimit largest upload in bytes
 * @param sealKey secret of this site, from {@code session.key} in its secrets tree
 * @param marker while this file exists at the start, the site is a standby
 */
record SiteConfig(
        InetSocketAddress listen,
        String databaseUrl,
        String databaseUser,
        String databasePassword,
        Path media,
        Path marker,
        String title,
        long uploadLimit,
        byte[] sealKey) {

    /**
     * @param host the file of this host, with keys listen, database.url, database.user, database.password_file, media,
     *     config, secrets, marker
     * @throws IllegalArgumentException when a key is missing or is no number where one is needed
     */
    static SiteConfig read(Path host) throws IOException {
        Properties local = load(host);
        Properties shared = load(Path.of(need(local, "config"), "site.properties"));
        String[] listen = need(local, "listen").split(":", 2);
        return new SiteConfig(
                new InetSocketAddress(listen[0], Integer.parseInt(listen[1])),
                need(local, "database.url"),
                need(local, "database.user"),
                Files.readString(Path.of(need(local, "database.password_file"))).strip(),
                Path.of(need(local, "media")),
                Path.of(need(local, "marker")),
                need(shared, "title"),
                Long.parseLong(need(shared, "upload_limit")),
                Files.readAllBytes(Path.of(need(local, "secrets"), "session.key")));
    }

    boolean standby() {
        return Files.exists(marker);
    }

    private static Properties load(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }

    private static String need(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("cannot start the site: " + key + " is not set");
        }
        return value.strip();
    }
}
