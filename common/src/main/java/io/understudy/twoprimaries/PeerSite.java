package io.understudy.twoprimaries;

import io.understudy.config.FailoverSettings.Peer;
import io.understudy.failure.Cancellation;
import io.understudy.http.FirstBytes;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the site of the other server whether it is in production: {@code peer.health_url}. No answer, and any status but
 * 200 to 299, says that it is not.
 */
public final class PeerSite {
    private static final Logger LOG = LoggerFactory.getLogger(PeerSite.class);
    private static final int LONGEST = 64 * 1024;

    private final Peer peer;
    private final Duration limit;
    private final String address;
    private HttpClient client;

    /** @param limit of the beginning of one answer, and of its rest */
    public PeerSite(Peer peer, Duration limit) {
        this.peer = peer;
        this.limit = limit;
        // What follows the path may hold a token.
        this.address = peer.health().toString().replaceFirst("[?#].*", "");
    }

    /** What shows that it is in production; empty where nothing does. */
    public Optional<String> production() {
        HttpRequest request = HttpRequest.newBuilder(peer.health())
                .timeout(limit)
                .header("User-Agent", "understudy")
                .build();
        try {
            HttpResponse<FirstBytes> response = client().send(request, FirstBytes.of(LONGEST, limit));
            String body = new String(response.body().bytes(), StandardCharsets.UTF_8);
            boolean says = response.statusCode() / 100 == 2
                    && peer.production().map(body::contains).orElse(true);
            return says ? Optional.of(address + " says that it is in production") : Optional.empty();
        } catch (IOException e) {
            LOG.debug("{} does not answer: {}", address, e.toString());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancellation.of("ask the other server's site", e);
        }
    }

    /** Made at the first use: a client starts a thread. */
    private synchronized HttpClient client() {
        if (client == null) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(limit)
                    .build();
        }
        return client;
    }
}
