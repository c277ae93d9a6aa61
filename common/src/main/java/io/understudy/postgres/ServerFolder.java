package io.understudy.postgres;

import io.understudy.config.Settings.DatabaseSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a server keeps its data, as far as this machine's disks are the server's. */
public final class ServerFolder {
    private ServerFolder() {}

    /** Empty when the server runs elsewhere, or its user may not know. */
    public static Optional<Path> of(DatabaseSettings settings, Session session) {
        if (!isThisMachine(settings.host())) {
            return Optional.empty();
        }
        return session.first(
                        "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory'",
                        row -> row.text("setting"))
                .map(Path::of);
    }

    private static boolean isThisMachine(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
