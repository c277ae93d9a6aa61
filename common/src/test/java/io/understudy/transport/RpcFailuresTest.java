package io.understudy.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import org.junit.jupiter.api.Test;

/** What another side sends reaches a terminal and the log as one line of text. */
class RpcFailuresTest {
    private static final String ESCAPES = "gone\u001b[2J\u001b]0;x\u0007\r\nERROR forged";

    @Test
    void aFailureThatWasSentHasNoControlCharacters() {
        UnderstudyException sent = new UnderstudyException(ErrorCode.FENCED, ESCAPES, ESCAPES);

        UnderstudyException received = RpcFailures.fromStatus("cannot follow", RpcFailures.toStatus(sent));

        assertThat(received.code()).isEqualTo(ErrorCode.FENCED);
        assertThat(received.getMessage()).isEqualTo("gone [2J ]0;x ERROR forged");
        assertThat(received.hint()).isEqualTo("gone [2J ]0;x ERROR forged");
    }

    @Test
    void aStatusOfAnotherProgramHasNoneEither() {
        UnderstudyException received = RpcFailures.fromStatus(
                "cannot follow", Status.UNAVAILABLE.withDescription(ESCAPES).asRuntimeException());

        assertThat(received.code()).isEqualTo(ErrorCode.AGENT_UNREACHABLE);
        assertThat(received.getMessage()).isEqualTo("cannot follow: unavailable (gone [2J ]0;x ERROR forged)");
    }
}
