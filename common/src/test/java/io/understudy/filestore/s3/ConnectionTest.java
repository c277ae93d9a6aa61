package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    /** It sends no request twice, but tries the next address where no connection is made. */
    @Test
    void theNextAddressOfAHostIsTried() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        InetAddress silent = InetAddress.getByAddress(new byte[] {127, 0, 0, 9});
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(204, -1);
            }
        });
        server.start();
        OkHttpClient client = Connection.http(Duration.ofSeconds(5))
                .newBuilder()
                .dns(host -> List.of(silent, loopback))
                .build();
        try (Response response = client.newCall(new Request.Builder()
                        .url("http://store.example:" + server.getAddress().getPort())
                        .build())
                .execute()) {
            assertThat(response.code()).isEqualTo(204);
        } finally {
            server.stop(0);
            Connection.close(client);
        }
    }
}
