package io.understudy.replica.load;

import io.understudy.config.Settings.DatabaseSettings;
import java.util.HashMap;
import java.util.Map;

/**
 * Settings of pg_restore's sessions that pg_restore does not make itself: they win over those of the database and its
 * roles, which are the site's own and may forbid writing.
 */
final class LoadOptions {
    private static final String OPTIONS =
            "-c default_transaction_read_only=off -c default_transaction_isolation=read\\ committed -c role=none -c synchronous_commit=off";

    private LoadOptions() {}

    static DatabaseSettings with(DatabaseSettings settings) {
        Map<String, String> parameters = new HashMap<>(settings.parameters());
        parameters.merge("options", OPTIONS, (before, more) -> before + " " + more);
        return new DatabaseSettings(
                settings.host(),
                settings.port(),
                settings.name(),
                parameters,
                settings.user(),
                settings.password(),
                settings.maintenance(),
                settings.tools(),
                settings.connections(),
                settings.ownership(),
                settings.lockTimeout());
    }
}
