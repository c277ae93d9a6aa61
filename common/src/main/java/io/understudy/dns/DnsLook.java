package io.understudy.dns;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.understudy.config.DnsSettings.End;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the names of the site pointed when they were last looked up, in the status as
 *
 * <pre>{@code
 * "dns":{"at":"2026-11-20T10:00:00Z","marker_says":"standby","wanted":["198.51.100.10"],"answers":[{"name":
 *  "www.example.org","server":"192.0.2.53:53","says":"primary","values":["192.0.2.10"],"ttl_seconds":240,
 *  "error":null}],"agrees":false,"says":["primary"],"ttl_seconds":240}
 * }</pre>
 *
 * @param markerSays which server is in production, as this server's marker says
 * @param wanted what the names have to have then
 */
public record DnsLook(Instant at, End markerSays, List<String> wanted, List<Answer> answers) {
    public DnsLook {
        wanted = List.copyOf(wanted);
        answers = List.copyOf(answers);
    }

    /** To which server the values of a name belong. */
    public enum Says {
        PRIMARY,
        STANDBY,
        /** Values of both. */
        BOTH,
        /** Values of neither. */
        OTHER,
        NOTHING,
        /** There was no answer. */
        UNKNOWN
    }

    /**
     * @param server that was asked
     * @param values addresses, or targets of a CNAME
     * @param ttlSeconds for how long the answer may be kept
     * @param error why there is no answer
     */
    public record Answer(
            String name,
            String server,
            Says says,
            List<String> values,
            Optional<Long> ttlSeconds,
            Optional<String> error) {
        public Answer {
            values = List.copyOf(values);
        }

        boolean isOf(End end) {
            return says.name().equals(end.name());
        }

        /** {@code 192.0.2.53:53: www.example.org is 192.0.2.10 (primary)}. */
        public String text() {
            return server + ": "
                    + error.map(why -> "no answer for " + name + ": " + why)
                            .orElseGet(() -> name + (values.isEmpty() ? " has no such record" : " is " + valuesText()));
        }

        private String valuesText() {
            return String.join(", ", values)
                    + switch (says) {
                        case PRIMARY -> " (primary)";
                        case STANDBY -> " (standby)";
                        case BOTH -> " (of both servers)";
                        case OTHER, NOTHING, UNKNOWN -> " (of neither server)";
                    };
        }
    }

    /** Whether all that answer say what the marker says, and any does. */
    @JsonProperty
    public boolean agrees() {
        return answers.stream().filter(each -> each.error().isEmpty()).allMatch(each -> each.isOf(markerSays))
                && answers.stream().anyMatch(each -> each.error().isEmpty());
    }

    /** Whether any server answered. */
    public boolean isKnown() {
        return answers.stream().anyMatch(each -> each.error().isEmpty());
    }

    /** Whether all that answer name the other server than the marker. */
    public boolean isOpposite() {
        return isKnown()
                && answers.stream()
                        .filter(each -> each.error().isEmpty())
                        .allMatch(each -> each.isOf(markerSays.other()));
    }

    /** Those that say otherwise than the marker. */
    public List<Answer> others() {
        return answers.stream()
                .filter(each -> each.error().isEmpty() && !each.isOf(markerSays))
                .toList();
    }

    /** Those without an answer. */
    public List<Answer> silent() {
        return answers.stream().filter(each -> each.error().isPresent()).toList();
    }

    /** For how long at most the answers that are wrong now may be served from caches; 0 where none is. */
    @JsonProperty
    public long ttlSeconds() {
        return others().stream()
                .flatMap(each -> each.ttlSeconds().stream())
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /** {@code DNS says 192.0.2.10, marker says 198.51.100.10 (standby)}. */
    public String text() {
        if (!isKnown()) {
            return "no resolver answers: " + silent().get(0).text();
        }
        String marker = String.join(", ", wanted) + " (" + markerSays.label() + ")";
        if (agrees()) {
            return "DNS and marker say " + marker + (silent().isEmpty() ? "" : "; no answer of " + servers(silent()));
        }
        List<Answer> wrong = others();
        boolean all = wrong.size() + silent().size() == answers.size();
        String says = wrong.stream()
                .map(each -> each.values().isEmpty() ? "nothing" : each.valuesText())
                .distinct()
                .collect(Collectors.joining(" and "));
        return "DNS says " + says + (all ? "" : " at " + servers(wrong)) + ", marker says " + marker
                + (ttlSeconds() == 0
                        ? ""
                        : "; caches may keep that for "
                                + Duration.ofSeconds(ttlSeconds()).toSeconds() + " s");
    }

    private static String servers(List<Answer> answers) {
        return answers.stream().map(Answer::server).distinct().collect(Collectors.joining(", "));
    }
}
