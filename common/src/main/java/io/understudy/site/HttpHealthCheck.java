package io.understudy.site;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;

/** Healthy is a GET that is answered with 200 to 299. Redirections are not followed: a login page is no health. */
final class HttpHealthCheck implements HealthCheck {
    private final URI asked;
    /** For messages: what follows the path may hold a token. */
    private final String address;

    private HttpClient client;

    HttpHealthCheck(URI asked) {
        this.asked = asked;
        this.address = asked.toString().replaceFirst("[?#].*", "");
    }

    @Override
    public Optional<String> ask(Duration limit) {
        HttpRequest request = HttpRequest.newBuilder(asked)
                .timeout(limit)
                .header("User-Agent", "understudy")
                .build();
        try {
            HttpResponse<InputStream> response = client().send(request, HttpResponse.BodyHandlers.ofInputStream());
            response.body().close();
            int status = response.statusCode();
            return status / 100 == 2 ? Optional.empty() : Optional.of(address + " answers " + status);
        } catch (HttpTimeoutException e) {
            return Optional.of(address + " does not answer within " + limit.toMillis() + " ms");
        } catch (ConnectException e) {
            return Optional.of(address + " refuses the connection");
        } catch (IOException e) {
            return Optional.of(address + " does not answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, "health check of the site interrupted", "run the command again", e);
        }
    }

    /** Made at the first use: a client starts a thread. */
    private synchronized HttpClient client() {
        if (client == null) {
            client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        }
        return client;
    }
}
