package io.understudy.replica.app;

import io.understudy.config.Settings.HealthSettings;
import io.understudy.config.Settings.ServiceSettings;
import java.time.Duration;

/** For how long an apply that is under way may take when the agent stops. */
final class ClosingLimit {
    private ClosingLimit() {}

    static Duration of(ServiceSettings service) {
        Duration health = service.health().map(HealthSettings::within).orElse(Duration.ZERO);
        return service.limit().multipliedBy(4).plus(health.multipliedBy(2)).plusSeconds(60);
    }
}
