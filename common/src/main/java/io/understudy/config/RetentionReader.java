package io.understudy.config;

import io.understudy.config.Settings.RetentionSettings;

/** Reads {@code retention}, and that of one filestore, whose rule is that of all but for the keys that it has. */
final class RetentionReader {
    private RetentionReader() {}

    /** @param others what holds for keys that are absent */
    static RetentionSettings read(Values values, RetentionSettings others) {
        values.section().allowOnly(Setting.keysOf("retention"));
        return new RetentionSettings(
                values.counts(Setting.RETENTION_KEEP, others.keep()),
                values.optionalDuration(Setting.RETENTION_CONTINUOUS).orElse(others.continuous()),
                has(values, Setting.RETENTION_MINIMUM) ? values.integer(Setting.RETENTION_MINIMUM) : others.minimum(),
                values.optionalDuration(Setting.RETENTION_GRACE).orElse(others.grace()),
                values.optionalDuration(Setting.RETENTION_HOLD).orElse(others.hold()),
                has(values, Setting.RETENTION_AUTOMATIC)
                        ? values.yesNo(Setting.RETENTION_AUTOMATIC).orElse(others.automatic())
                        : others.automatic());
    }

    /** Whether the key is there, whatever its default. */
    static boolean has(Values values, Setting setting) {
        return values.section().child(setting.key()).isPresent();
    }
}
