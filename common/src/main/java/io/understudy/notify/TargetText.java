package io.understudy.notify;

import io.understudy.config.NotifySettings.Mail;
import io.understudy.config.NotifySettings.MailTls;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.config.NotifySettings.Program;
import io.understudy.config.NotifySettings.Target;
import io.understudy.config.NotifySettings.Webhook;
import io.understudy.config.Secret;
import java.net.URI;
import java.util.Optional;

/** Where a channel leads, as people may read it: path and query of a URL may be a token. */
final class TargetText {
    private static final String HERE = "localhost|127\\..*|\\[?::1]?";

    private TargetText() {}

    /** As in the configuration: {@code webhook}. */
    static String kind(Target target) {
        return target instanceof Mail
                ? "mail"
                : target instanceof Webhook ? "webhook" : target instanceof Program ? "command" : "ping";
    }

    /** {@code https://hooks.example.net}, {@code /usr/local/bin/page}. */
    static String place(Target target) {
        if (target instanceof Mail mail) {
            return mail.server().toString();
        }
        return target instanceof Program program
                ? program.command().get(0)
                : url(target).map(HttpPost::place).orElseThrow();
    }

    /** Whether what is sent to another host can be read on its way. */
    static boolean isOpen(Target target) {
        if (target instanceof Mail mail) {
            return mail.tls() == MailTls.NONE && !mail.server().host().matches(HERE);
        }
        return url(target)
                .filter(url -> url.getScheme().equals("http") && !url.getHost().matches(HERE))
                .isPresent();
    }

    private static Optional<URI> url(Target target) {
        Secret url = target instanceof Webhook webhook
                ? webhook.url()
                : target instanceof Ping ping ? ping.url() : Secret.none();
        return url.reveal().map(URI::create);
    }
}
