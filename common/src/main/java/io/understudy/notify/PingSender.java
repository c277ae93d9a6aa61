package io.understudy.notify;

import io.understudy.config.NotifySettings.Ping;
import io.understudy.config.Occasion;
import io.understudy.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Reports to a dead man's switch, which notices silence: that a round begins, that it ended well, that it failed and
 * why.
 *
 * <p>Source: "Pinging API" of the documentation of Healthchecks.
 */
final class PingSender implements Sender {
    private final Ping settings;
    private final HttpPost post;

    PingSender(Ping settings, Duration limit) {
        this.settings = settings;
        this.post = new HttpPost(limit);
    }

    @Override
    public Optional<Refusal> send(Notice notice) {
        URI url = URI.create(url(notice.occasion()));
        return post.send(
                url, Map.of("Content-Type", "text/plain; charset=utf-8"), body(notice), WebhookSender.secrets(url));
    }

    private static String body(Notice notice) {
        return notice.title() + "\n" + notice.text() + "\n";
    }

    /** A trial counts as a success: the other side has no address for it. */
    private String url(Occasion occasion) {
        return switch (occasion) {
            case START -> own(settings.start(), "/start");
            case FAILURE -> own(settings.fail(), "/fail");
            default -> own(settings.success(), "");
        };
    }

    private String own(Secret other, String ending) {
        return other.reveal().orElseGet(() -> below(settings.url().reveal().orElseThrow(), ending));
    }

    /** A query stays behind the path. */
    private static String below(String url, String ending) {
        int query = url.indexOf('?');
        String path = query < 0 ? url : url.substring(0, query);
        return path.replaceAll("/+$", "") + ending + (query < 0 ? "" : url.substring(query));
    }
}
