package io.understudy.site;

/** The site's own service, by its operator's commands. Not for concurrent use. */
public interface SiteService {
    /** Stops the site where a stop command is configured; does nothing otherwise. */
    void stop();

    /**
     * Starts the site again: {@code service.start} after a {@link #stop()}, else {@code service.restart}; does nothing
     * when neither is configured.
     *
     * @throws io.understudy.failure.UnderstudyException {@code COMMAND_FAILED}, {@code COMMAND_TIMEOUT}
     */
    void restart();

    /**
     * Asks the site's health until it is good or {@code service.health.within} is over. Without a health check a
     * restart that succeeded is the proof.
     *
     * @throws io.understudy.failure.UnderstudyException {@code SITE_UNHEALTHY} with the last answer
     */
    void prove();

    /**
     * One probe of the health check, for the {@code site_health_up} metric; true without a health check. Never throws.
     */
    boolean healthy();
}
