package io.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A result of any length on standard output, and what becomes of it where it cannot be written. */
class ResultStreamTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private static final class Sample extends AgentProgram {
        Sample(Terminal terminal) {
            super(terminal);
        }

        @Override
        protected List<Class<?>> commands() {
            return List.of();
        }
    }

    private AgentProgram program(OutputStream bytes) {
        return new Sample(new Terminal(
                new BufferedReader(new StringReader("")),
                new PrintWriter(out),
                new PrintWriter(err),
                bytes,
                false,
                false));
    }

    private static void write(OutputStream result) {
        try {
            result.write("größe\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException(reason);
            }
        };
    }

    @Test
    void arrivesWhereTheTextGoesToo() {
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(out), new PrintWriter(err), false, false);
        new Sample(terminal).write(ResultStreamTest::write);
        assertThat(out).hasToString("größe\n");
        new Sample(terminal).write(result -> {
            try {
                result.write(new byte[] {'a', (byte) 0xff, 'b'});
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(out.toString()).endsWith("a\ufffdb");
    }

    /** {@code dump latest | head}. */
    @Test
    void aReaderThatEndsFirstIsNoFailure() {
        program(failing("Broken pipe")).write(ResultStreamTest::write);
        assertThat(err.toString() + out).isEmpty();
    }

    @Test
    void aFullDeviceIsAFailure() throws IOException {
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            assertThatThrownBy(() -> program(full).write(ResultStreamTest::write))
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED))
                    .hasMessageStartingWith("cannot write the result to standard output: ");
        }
    }

    @Test
    void anyOtherFailureIsOne() {
        assertThatThrownBy(() -> program(failing("Input/output error")).write(ResultStreamTest::write))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED));
    }

    /** The bytes of an archive would put a screen out of order. */
    @Test
    void whatIsNoTextDoesNotGoToAScreen() {
        program(OutputStream.nullOutputStream()).requireNoScreen("an archive", "pipe it");
        AgentProgram onScreen = new Sample(new Terminal(
                new BufferedReader(new StringReader("")),
                new PrintWriter(out),
                new PrintWriter(err),
                OutputStream.nullOutputStream(),
                false,
                false,
                true));
        assertThatThrownBy(() -> onScreen.requireNoScreen("an archive", "pipe it"))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.hint()).isEqualTo("pipe it");
                })
                .hasMessage("cannot write an archive to the terminal: it is binary, not text");
    }
}
