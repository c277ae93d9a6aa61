package io.understudy.metrics;

/**
 * The answer of a health endpoint.
 *
 * @param ok 200 when true, 503 otherwise
 * @param text one line that says why; never holds a secret
 */
public record Probe(boolean ok, String text) {
    public static Probe up(String text) {
        return new Probe(true, text);
    }

    public static Probe down(String text) {
        return new Probe(false, text);
    }
}
