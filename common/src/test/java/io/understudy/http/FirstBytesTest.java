package io.understudy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that sends what a test says, and then keeps the connection open or ends it. */
@Timeout(120)
class FirstBytesTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: ";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void readsAWholeBody() throws Exception {
        answer(HEAD + "5\r\n\r\nhello", true);

        assertThat(ask(100, LONG)).isEqualTo("hello");
    }

    @Test
    void readsNoMoreThanItsBytes() throws Exception {
        answer(HEAD + "1000000\r\n\r\nhello, and so on", true);

        assertThat(ask(5, LONG)).isEqualTo("hello");
    }

    @Test
    void doesNotWaitForWhatItDoesNotRead() throws Exception {
        answer(HEAD + "1000000\r\n\r\n", true);

        assertThat(ask(0, LONG)).isEmpty();
    }

    @Test
    void aBodyWithoutAnEndIsWhatCameInTime() throws Exception {
        answer(HEAD + "1000000\r\n\r\nhello", true);

        assertThat(ask(100, Duration.ofMillis(400))).isEqualTo("hello");
    }

    @Test
    void aConnectionThatEndsInTheBodyIsAFailure() throws IOException {
        answer(HEAD + "1000000\r\n\r\nhello", false);

        assertThatThrownBy(() -> ask(100, LONG)).isInstanceOf(IOException.class);
    }

    private String ask(int most, Duration limit) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
        return new String(
                client.send(HttpRequest.newBuilder(uri).timeout(LONG).build(), FirstBytes.of(most, limit))
                        .body()
                        .bytes(),
                StandardCharsets.UTF_8);
    }

    private void answer(String text, boolean open) {
        Thread thread = new Thread(() -> {
            try (Socket socket = server.accept()) {
                readHead(socket);
                OutputStream out = socket.getOutputStream();
                out.write(text.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                if (open) {
                    socket.getInputStream().read();
                }
            } catch (IOException e) {
                // The client is gone, or the test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void readHead(Socket socket) throws IOException {
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return;
            }
            last = last << 8 | next;
        }
    }
}
