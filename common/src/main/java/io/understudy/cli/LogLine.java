package io.understudy.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import io.understudy.tasks.SiteThreads;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * {@code 2026-11-27T12:13:33.077Z WARN  logger: message}, and the stack of a failure behind it; in a process with
 * several sites {@code WARN  [site] logger: message}. A message is one line: names that others chose forge no other,
 * and move no cursor.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
            .withZone(ZoneId.systemDefault());
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+");
    private static final int LEVEL_WIDTH = 5;

    @Override
    public String doLayout(ILoggingEvent event) {
        String level = event.getLevel().toString();
        String logger = event.getLoggerName();
        StringBuilder line = new StringBuilder();
        MOMENT.formatTo(event.getInstant(), line);
        line.append(' ').append(level).append(" ".repeat(Math.max(1, LEVEL_WIDTH + 1 - level.length())));
        SiteThreads.current().ifPresent(site -> line.append('[').append(site).append("] "));
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(": ");
        line.append(CONTROL.matcher(event.getFormattedMessage()).replaceAll(" "))
                .append('\n');
        if (event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.toString();
    }
}
