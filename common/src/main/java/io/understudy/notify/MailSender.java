package io.understudy.notify;

import io.understudy.config.NotifySettings.Mail;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/**
 * Sends notices by mail. The mail library, which takes a second to load and some memory, is loaded with the first
 * message: it is seen by {@link MailMessage} and {@link MailSession} alone.
 */
final class MailSender implements Sender {
    private final Mail settings;
    private final Duration limit;
    private final Optional<SSLSocketFactory> sockets;

    MailSender(Mail settings, Duration limit) {
        this(settings, limit, Optional.empty());
    }

    /** @param sockets with other authorities than those that Java trusts */
    MailSender(Mail settings, Duration limit, Optional<SSLSocketFactory> sockets) {
        this.settings = settings;
        this.limit = limit;
        this.sockets = sockets;
    }

    /** A password that is refused is read again once: its file may have a new one. */
    @Override
    public Optional<Refusal> send(Notice notice) {
        Optional<String> password = settings.password().reveal();
        MailSession.Result result = MailSession.send(settings, password, limit, sockets, notice);
        if (result.loginRefused() && settings.password().differsFrom(password)) {
            result = MailSession.send(settings, settings.password().reveal(), limit, sockets, notice);
        }
        return result.refusal();
    }
}
