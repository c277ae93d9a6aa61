package io.understudy.site;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a marker says to the person who opens it. For people: nothing is decided by it.
 *
 * <pre>
 * This server is in backup mode: it is a standby of the site "example".
 * …
 *
 * site: example
 * reason: agent-replica init
 * snapshot: 00000001-00000042
 * written: 2026-11-20T12:00:00Z
 * </pre>
 *
 * @param reason who wrote it, and what for; one line
 * @param snapshot that the server serves or is about to; absent before the first import
 */
public record MarkerContent(String site, String reason, Optional<String> snapshot, Instant written) {
    private static final String EXPLANATION = """
            This server is in backup mode: it is a standby of the site "%s".
            While this file is here, Understudy imports the primary's snapshots over what is here, and the site must not act as production.
            To make this server the primary, run:  agent-replica promote
            Without the agent: point DNS here, delete this file, restart the site.

            """;

    public MarkerContent {
        Objects.requireNonNull(site);
        Objects.requireNonNull(reason);
        Objects.requireNonNull(snapshot);
        Objects.requireNonNull(written);
    }

    /** The file's content. */
    String text() {
        StringBuilder text = new StringBuilder(EXPLANATION.formatted(line(site)));
        text.append("site: ").append(line(site)).append('\n');
        text.append("reason: ").append(line(reason)).append('\n');
        snapshot.ifPresent(id -> text.append("snapshot: ").append(line(id)).append('\n'));
        return text.append("written: ").append(written).append('\n').toString();
    }

    /** Empty when the text is not one that {@link #text()} made. */
    static Optional<MarkerContent> parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        text.lines().filter(line -> line.matches("[a-z]+: .*")).forEach(line -> {
            int colon = line.indexOf(": ");
            values.put(line.substring(0, colon), line.substring(colon + 2));
        });
        if (!values.keySet().containsAll(java.util.List.of("site", "reason", "written"))) {
            return Optional.empty();
        }
        try {
            Instant written = Instant.parse(values.get("written"));
            Optional<String> snapshot = Optional.ofNullable(values.get("snapshot"));
            return Optional.of(new MarkerContent(values.get("site"), values.get("reason"), snapshot, written));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String line(String text) {
        return text.replaceAll("\\R", " ");
    }
}
