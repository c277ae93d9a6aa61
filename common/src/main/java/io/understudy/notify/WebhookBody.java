package io.understudy.notify;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.understudy.cli.Json;
import io.understudy.config.NotifySettings.Preset;
import io.understudy.config.Occasion;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A notice as a receiver expects it, and where that listens.
 *
 * <p>Sources: "Sending messages using incoming webhooks" and "Formatting text" of Slack's documentation; "Publish as
 * JSON" of ntfy's; "Alerts API" of Prometheus'.
 */
record WebhookBody(URI url, String json) {
    private static final String ALERTS = "/api/v2/alerts";

    /** How long an alert burns that no recovery ends. */
    private static final Duration SHORT = Duration.ofMinutes(10);

    /** A reminder may come so late that the alert before it must not have ended. */
    private static final Duration LATE = Duration.ofHours(1);

    /** @param remind of the channel: until then a failure that lasts is not sent again */
    static WebhookBody of(Preset preset, URI url, Notice notice, Duration remind) {
        return switch (preset) {
            case NONE -> new WebhookBody(url, NoticeJson.of(notice));
            case SLACK -> new WebhookBody(url, Json.line(Map.of("text", slack(notice))));
            case NTFY -> ntfy(url, notice);
            case ALERTMANAGER -> new WebhookBody(alerts(url), Json.line(List.of(Alert.of(notice, remind))));
        };
    }

    /** These three have a meaning there: {@code <!channel>} would call everyone. */
    private static String slack(Notice notice) {
        String text = notice.title() + "\n" + notice.text();
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private record NtfyMessage(String topic, String title, String message, int priority, List<String> tags) {}

    /** As JSON it goes to the root, and names the topic in the body. */
    private static WebhookBody ntfy(URI url, Notice notice) {
        String path = url.getPath() == null ? "" : url.getPath();
        String topic = path.substring(path.lastIndexOf('/') + 1);
        String root = path.substring(0, path.lastIndexOf('/') + 1);
        NtfyMessage message = new NtfyMessage(
                topic, notice.title(), notice.text(), priority(notice.occasion()), List.of(tag(notice.occasion())));
        return new WebhookBody(url.resolve(root.isEmpty() ? "/" : root), Json.line(message));
    }

    /** 1 is the least, 5 the most, 3 the usual. */
    private static int priority(Occasion occasion) {
        return switch (occasion) {
            case PROMOTION -> 5;
            case FAILURE, STALE -> 4;
            case RECOVERY, WARNING, SUMMARY, TEST -> 3;
            case SUCCESS, START -> 2;
        };
    }

    private static String tag(Occasion occasion) {
        return switch (occasion) {
            case PROMOTION -> "loudspeaker";
            case FAILURE, STALE -> "rotating_light";
            case WARNING -> "warning";
            case RECOVERY, SUCCESS, START, TEST -> "white_check_mark";
            case SUMMARY -> "bar_chart";
        };
    }

    private static URI alerts(URI url) {
        String path = url.getPath() == null ? "" : url.getPath().replaceAll("/+$", "");
        return url.resolve(path.endsWith(ALERTS) ? path : path + ALERTS);
    }

    /** The labels of a failure and of its recovery are the same: by them Alertmanager knows what is over. */
    private record Alert(
            Map<String, String> labels,
            Map<String, String> annotations,
            @JsonProperty("startsAt") Instant startsAt,
            @JsonProperty("endsAt") Instant endsAt) {
        static Alert of(Notice notice, Duration remind) {
            Map<String, String> labels = new LinkedHashMap<>();
            labels.put("alertname", "UnderstudyNotice");
            labels.put("site", notice.source().site());
            labels.put("server", notice.source().server());
            labels.put("role", notice.source().role());
            labels.put("topic", notice.topic());
            labels.put(
                    "severity", severity(notice.course().map(Notice.Course::was).orElse(notice.occasion())));
            Instant from = notice.course().map(Notice.Course::since).orElse(notice.moment());
            return new Alert(
                    labels,
                    Map.of("summary", notice.title(), "description", notice.text()),
                    from.truncatedTo(ChronoUnit.MILLIS),
                    ends(notice, remind).truncatedTo(ChronoUnit.MILLIS));
        }

        private static Instant ends(Notice notice, Duration remind) {
            return switch (notice.occasion()) {
                case RECOVERY -> notice.moment();
                case FAILURE, STALE, WARNING -> notice.moment().plus(remind).plus(LATE);
                case SUCCESS, PROMOTION, START, SUMMARY, TEST -> notice.moment().plus(SHORT);
            };
        }

        private static String severity(Occasion occasion) {
            return switch (occasion) {
                case FAILURE, STALE, RECOVERY -> "critical";
                case WARNING -> "warning";
                case SUCCESS, PROMOTION, START, SUMMARY, TEST -> "info";
            };
        }
    }
}
