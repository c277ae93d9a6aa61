package io.understudy.progress;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named moment in an agent's work: something has just become durable, or visible, that the next thing builds on. Each
 * agent enumerates its own in their usual order; what stands on disk at each, and what a restart makes of it, is in
 * {@code crash-points.md}.
 *
 * <p>The last point of a log at level {@code debug} says where an agent died.
 */
public interface CrashPoint {
    /** The logger that receives every point that is passed; the point itself is the message's argument. */
    String LOGGER = "io.understudy.points";

    /** {@code primary} or {@code replica}; {@code restore} for what both do alike. */
    String agent();

    /** The constant's name. */
    String name();

    /** As the log and the documents show it: {@code replica/databases-swapped}. */
    default String label() {
        return agent() + "/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reports that the point is reached, in the thread that goes on from there. */
    default void reached() {
        Log.POINTS.debug("passed {}", this);
    }

    /** Made when the first point is passed: after the log's level is set. */
    final class Log {
        private static final Logger POINTS = LoggerFactory.getLogger(LOGGER);

        private Log() {}
    }
}
