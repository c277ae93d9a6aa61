package io.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void aMessageIsOneLineWhateverNamesItHas() throws JoranException {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LoggingTest.class.getResource("/logback.xml"));
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        var encoder = ((ConsoleAppender<ILoggingEvent>) root.getAppender("ERR")).getEncoder();

        byte[] line = encoder.encode(new LoggingEvent(
                "", context.getLogger("junk"), Level.WARN, "epochs/{} is junk", null, new Object[] {"x\r\ny\u001b[2Jä"
                }));

        context.stop();
        assertThat(new String(line, StandardCharsets.UTF_8)).endsWith(" WARN  junk: epochs/x y [2Jä is junk\n");
    }
}
