package io.understudy.events;

import io.understudy.failure.UnderstudyException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes events to the log, each under its code: {@code INFO  snapshot_committed: snapshot 00000001-00000042 …; hint:
 * …}. The stack of a failure that has a code of its own is for {@code debug}; that of any other, a defect, is always
 * there.
 */
public final class LogSink implements EventSink {
    private static final String LOGGERS = "io.understudy.events.";

    @Override
    public void receive(Event event, Instant at) {
        if (event.severity() == Severity.TRACE) {
            return;
        }
        Logger logger = LoggerFactory.getLogger(LOGGERS + event.code());
        Level level = Level.valueOf(event.severity().name());
        if (!logger.isEnabledForLevel(level)) {
            return;
        }
        LoggingEventBuilder line = logger.atLevel(level);
        Optional<Throwable> cause =
                event.cause().filter(why -> !(why instanceof UnderstudyException) || logger.isDebugEnabled());
        cause.ifPresent(line::setCause);
        String hint = event.hint();
        line.log("{}{}", event.message(), hint.isEmpty() ? "" : "; hint: " + hint);
    }
}
