package io.understudy.replica.fakes;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.understudy.progress.CrashPoint;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** The process dies when it passes this point, once. */
public final class DyingAt extends TurboFilter implements AutoCloseable {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger points = context.getLogger(CrashPoint.LOGGER);
    private final Level before = points.getLevel();
    private final AtomicReference<CrashPoint> victim;

    public static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    public DyingAt(CrashPoint point) {
        this.victim = new AtomicReference<>(point);
        points.setLevel(Level.DEBUG);
        context.addTurboFilter(this);
    }

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable thrown) {
        if (logger == points && arguments != null && arguments.length > 0) {
            CrashPoint now = victim.get();
            if (now != null && arguments[0] == now && victim.compareAndSet(now, null)) {
                throw new Died();
            }
        }
        return FilterReply.NEUTRAL;
    }

    public boolean happened() {
        return victim.get() == null;
    }

    @Override
    public void close() {
        context.getTurboFilterList().remove(this);
        points.setLevel(before);
    }
}
