package io.understudy.notify;

import io.understudy.http.FirstBytes;
import io.understudy.notify.Sender.Refusal;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * A POST to one receiver. Redirections are not followed: they would take a token or a signed notice elsewhere. Of the
 * URL messages show the host alone, for path and query may be a token.
 */
final class HttpPost {
    /** Read of an answer, so that a secret in what is shown of it is found as a whole. */
    private static final int ANSWER_BYTES = 4096;

    private static final int SHOWN = 200;
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;
    /** Bad request, content too large, content that cannot be processed: RFC 9110, 15.5. */
    private static final Set<Integer> OF_THE_NOTICE = Set.of(400, 413, 422);

    private final Duration limit;
    private HttpClient client;

    /** @param limit of the connection, of the answer's beginning, and of its rest */
    HttpPost(Duration limit) {
        this.limit = limit;
    }

    /** @param secrets that an answer may repeat, and no message may */
    Optional<Refusal> send(URI url, Map<String, String> headers, String body, List<String> secrets) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(limit)
                .header("User-Agent", "understudy")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        String host = place(url);
        try {
            HttpResponse<FirstBytes> response = client().send(
                            request.build(),
                            head -> FirstBytes.of(isAccepted(head.statusCode()) ? 0 : ANSWER_BYTES, limit)
                                    .apply(head));
            byte[] answer = response.body().bytes();
            return isAccepted(response.statusCode())
                    ? Optional.empty()
                    : refused(host, response, said(answer, secrets));
        } catch (HttpTimeoutException e) {
            return Refusal.of(
                    host + " does not answer within " + limit.toMillis() + " ms",
                    "see whether it is up and a firewall lets this server through");
        } catch (ConnectException e) {
            return Refusal.of(
                    host + " cannot be reached",
                    "see whether its name is right and a firewall lets this server through");
        } catch (SSLException e) {
            return Refusal.of(
                    host + " has no certificate that this server trusts: " + e.getMessage(),
                    "let it have one of an authority that Java trusts, or add its authority to Java's truststore");
        } catch (IOException e) {
            return Refusal.of(host + " ended the connection: " + e.getMessage(), "see the log of the receiver");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Refusal.of("interrupted", "it is sent when the agent runs again");
        }
    }

    /** {@code https://hooks.example.net:8443}. */
    static String place(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    private static Optional<Refusal> refused(String host, HttpResponse<?> response, String said) {
        int status = response.statusCode();
        String why = host + " answers " + status + (said.isEmpty() ? "" : ": " + said);
        if (status / 100 == 3) {
            return Refusal.of(
                    why + " (a redirection, which is not followed)", "set url to the address that it leads to");
        }
        if (status == TOO_MANY || status == UNAVAILABLE) {
            return Optional.of(new Refusal(
                    why, "it asks for fewer notices, or rests: lower per_hour of the channel", wait(response)));
        }
        if (OF_THE_NOTICE.contains(status)) {
            return Refusal.ofNotice(why, "see whether url and preset of the channel are right, and what it says");
        }
        return Refusal.of(
                why,
                status / 100 == 4
                        ? "see whether url, token and preset of the channel are right"
                        : "see the log of the receiver");
    }

    /** In seconds; a date is passed over, for the clocks of two servers differ. */
    private static Optional<Duration> wait(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(text -> text.matches("\\d{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .map(wanted -> wanted.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wanted);
    }

    private static boolean isAccepted(int status) {
        return status / 100 == 2;
    }

    private static String said(byte[] answer, List<String> secrets) {
        String text = new String(answer, StandardCharsets.UTF_8);
        for (String secret : secrets) {
            text = text.replace(secret, "••••");
        }
        String line = text.replaceAll("[\\p{Cntrl}\ufffd\\s]+", " ").strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    /** Made at the first use: a client starts a thread. */
    private synchronized HttpClient client() {
        if (client == null) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(limit)
                    .build();
        }
        return client;
    }
}
