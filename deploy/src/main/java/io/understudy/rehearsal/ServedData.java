package io.understudy.rehearsal;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** What a promotion of a standby would serve, by the metrics of its agent. Not thread-safe. */
public final class ServedData {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final HttpRequest request;
    private final HttpClient http = HttpClient.newHttpClient();
    private double newest;

    /** @param port of the replica's agent on 127.0.0.1 */
    public ServedData(int port) {
        this.request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .timeout(LIMIT)
                .build();
    }

    public boolean isAhead() {
        return moment(metrics(), "ahead").isPresent();
    }

    /**
     * Seconds since the moment of the newer of what is live and what is ahead. While what is ahead is brought up to a
     * newer snapshot it is not offered; a promotion waits for the end of that, and serves what is newer still. So the
     * newest that was offered counts.
     */
    public double age() {
        String metrics = metrics();
        moment(metrics, "applied").ifPresent(live -> newest = Math.max(newest, live));
        moment(metrics, "ahead").ifPresent(ahead -> newest = Math.max(newest, ahead));
        return System.currentTimeMillis() / 1e3 - newest;
    }

    /** The number of the snapshot that is loaded ahead; 0: none. */
    public long numberAhead() {
        return (long) value(metrics(), "ahead_snapshot_number").orElse(0);
    }

    /** Seconds that all loads ahead took since the agent was started. */
    public double secondsOfLoadsAhead() {
        return value(metrics(), "ahead_load_duration_seconds_sum").orElse(0);
    }

    private static OptionalDouble moment(String metrics, String which) {
        return value(metrics, which + "_snapshot_timestamp_seconds");
    }

    private static OptionalDouble value(String metrics, String name) {
        return Pattern.compile("(?m)^understudy_" + name + "\\{[^}]*} (\\S+)$")
                .matcher(metrics)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .filter(Double::isFinite)
                .max();
    }

    private String metrics() {
        try {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new IllegalStateException("the agent does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
