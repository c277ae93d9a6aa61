package io.understudy.sites;

import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which agents the process runs.
 *
 * @param name {@code primary} or {@code replica}
 * @param address of a site's own status page
 * @param limit how long the end of all of them may take
 */
public record Role(
        String name, Function<Settings, Optional<HostPort>> address, SiteAgent.Maker maker, Duration limit) {}
