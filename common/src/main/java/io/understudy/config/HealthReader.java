package io.understudy.config;

import io.understudy.config.Settings.HealthSettings;
import java.util.List;

/** Reads how a site is asked whether it is well: the live one, and the copy of a drill. */
final class HealthReader {
    private HealthReader() {}

    /** @param path of the section, {@code service.health} */
    static HealthSettings read(Values values, String path, Setting http, Setting command, Setting within) {
        values.section().allowOnly(Setting.keysOf(path));
        HealthSettings health = new HealthSettings(
                values.uri(http, List.of("http", "https")), values.list(command), values.duration(within));
        if (health.http().isPresent() != health.command().isEmpty()) {
            values.fault(http, "or " + path + ".command must be set, and only one of them");
        }
        return health;
    }
}
