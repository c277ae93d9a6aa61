package io.understudy.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.understudy.progress.CrashPoint;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** The work is killed when it passes a point for the n-th time: no code that handles failures sees that. */
public final class KilledAt extends TurboFilter {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger points = context.getLogger(CrashPoint.LOGGER);
    private final Level before = points.getLevel();
    private final CrashPoint point;
    private final AtomicInteger left;
    private final Runnable last;

    /** What ends the work. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private KilledAt(CrashPoint point, int times, Runnable last) {
        this.point = point;
        this.last = last;
        this.left = new AtomicInteger(times);
        points.setLevel(Level.DEBUG);
        context.addTurboFilter(this);
    }

    /** @return whether it was killed; otherwise it came to its end */
    public static boolean run(CrashPoint point, int times, Runnable work) {
        return run(point, times, () -> {}, work);
    }

    /** @param last done before the kill: waits for what other processes do by then */
    public static boolean run(CrashPoint point, int times, Runnable last, Runnable work) {
        KilledAt filter = new KilledAt(point, times, last);
        try {
            work.run();
            return false;
        } catch (Killed e) {
            return true;
        } finally {
            filter.close();
        }
    }

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable thrown) {
        if (logger == points && arguments != null && arguments.length > 0 && arguments[0] == point) {
            if (left.decrementAndGet() == 0) {
                last.run();
                throw new Killed();
            }
        }
        return FilterReply.NEUTRAL;
    }

    private void close() {
        context.getTurboFilterList().remove(this);
        points.setLevel(before);
    }
}
