package io.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.understudy.tasks.SiteThreads;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class LoggingTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "debug, -, list, DEBUG",
                "Error, -, run, ERROR",
                "' info ', -, list, INFO",
                "warn, ERROR, run, WARN",
                "-, -, list, WARN",
                "-, -, run, INFO",
                "-, ERROR, run, ERROR",
                "'', -, list, WARN",
                "'', -, run, INFO",
                "' ', -, list, WARN",
                "'', ERROR, run, ERROR",
                "verbose, -, list, WARN"
            })
    void theEnvironmentCountsWhenItNamesALevel(String wanted, String given, String command, String level) {
        assertThat(Logging.level(Optional.ofNullable(wanted), Optional.ofNullable(given), List.of(command)))
                .isEqualTo(level);
    }

    /** With the configuration that the agents run with. */
    @Test
    void aMessageIsOneLineWhateverNamesItHas() {
        LoggerContext context = new LoggerContext();
        new LogConfigurator().configure(context);
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        var encoder = ((ConsoleAppender<ILoggingEvent>) root.getAppender("ERR")).getEncoder();

        byte[] line = encoder.encode(new LoggingEvent(
                "", context.getLogger("junk"), Level.WARN, "epochs/{} is junk", null, new Object[] {"x\r\ny\u001b[2Jä"
                }));

        context.stop();
        assertThat(new String(line, StandardCharsets.UTF_8)).endsWith(" WARN  junk: epochs/x y [2Jä is junk\n");
    }

    @Test
    void aFailureHasItsStackBehindIt() {
        LogLine line = new LogLine();
        LoggingEvent event = new LoggingEvent(
                "",
                new LoggerContext().getLogger("io.understudy.Some"),
                Level.INFO,
                "lost",
                new IllegalStateException("outer", new IllegalArgumentException("inner")),
                new Object[0]);
        event.setInstant(Instant.parse("2026-11-27T12:13:33.077Z"));

        String text = line.doLayout(event);

        assertThat(OffsetDateTime.parse(text.substring(0, text.indexOf(' '))).toInstant())
                .isEqualTo(event.getInstant());
        assertThat(text.substring(text.indexOf(' ')))
                .startsWith(" INFO  Some: lost\njava.lang.IllegalStateException: outer\n\tat ")
                .contains("Caused by: java.lang.IllegalArgumentException: inner\n\t");
    }

    @Test
    void aLineNamesTheSiteOfItsThread() {
        LoggingEvent event = new LoggingEvent(
                "", new LoggerContext().getLogger("io.understudy.Some"), Level.INFO, "found", null, new Object[0]);
        event.setInstant(Instant.parse("2026-11-27T12:13:33.077Z"));
        StringBuilder lines = new StringBuilder();
        Runnable log = () -> lines.append(new LogLine().doLayout(event));

        SiteThreads.of("shop", log).run();
        log.run();

        assertThat(lines.toString().lines().map(line -> line.substring(line.indexOf(' '))))
                .containsExactly(" INFO  [shop] Some: found", " INFO  Some: found");
    }

    @Test
    void isAskedForTheConfigurationBeforeAnyFile() {
        assertThat(ServiceLoader.load(Configurator.class)).hasExactlyElementsOfTypes(LogConfigurator.class);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("ERR"))
                .isNotNull();
        assertThat(context.getLogger("io.grpc.netty").getEffectiveLevel()).isEqualTo(Level.WARN);
    }
}
