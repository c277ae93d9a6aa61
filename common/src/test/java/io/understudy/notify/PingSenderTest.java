package io.understudy.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.NotifySettings.Ping;
import io.understudy.config.Occasion;
import io.understudy.config.Secret;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PingSenderTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Receiver receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = new Receiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @ParameterizedTest
    @CsvSource({"START, /uuid/start", "SUCCESS, /uuid", "FAILURE, /uuid/fail", "TEST, /uuid"})
    void theEndingsAreThoseOfHealthchecks(Occasion occasion, String path) {
        PingSender sender = new PingSender(
                new Ping(Secret.of(receiver.url("/uuid/")), Secret.none(), Secret.none(), Secret.none()), LIMIT);

        assertThat(sender.send(Notices.notice(occasion))).isEmpty();
        assertThat(receiver.requests)
                .singleElement()
                .satisfies(request -> assertThat(request.path()).isEqualTo(path));
    }

    @Test
    void aFailureSaysWhyInItsBody() {
        PingSender sender = new PingSender(
                new Ping(Secret.of(receiver.url("/uuid?create=1")), Secret.none(), Secret.none(), Secret.none()),
                LIMIT);

        sender.send(Notices.notice(Occasion.FAILURE));

        assertThat(receiver.requests.get(0).path()).isEqualTo("/uuid/fail?create=1");
        assertThat(receiver.requests.get(0).body()).contains("cannot do it", "hint: do something");
    }

    @ParameterizedTest
    @CsvSource({"START, /begin?s=run", "SUCCESS, /done?s=complete", "FAILURE, /bad?s=fail"})
    void otherAddressesTakeTheirPlace(Occasion occasion, String path) {
        PingSender sender = new PingSender(
                new Ping(
                        Secret.of(receiver.url("/uuid")),
                        Secret.of(receiver.url("/begin?s=run")),
                        Secret.of(receiver.url("/done?s=complete")),
                        Secret.of(receiver.url("/bad?s=fail"))),
                LIMIT);

        sender.send(Notices.notice(occasion));

        assertThat(receiver.requests.get(0).path()).isEqualTo(path);
    }
}
