package io.understudy.notify;

import io.understudy.config.NotifySettings.Mail;
import io.understudy.config.NotifySettings.MailTls;
import io.understudy.notify.Sender.Refusal;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;

/** One connection to a mail server, for one message (RFC 5321; STARTTLS by RFC 3207, implicit TLS by RFC 8314). */
final class MailSession {
    private static final int SHOWN = 200;

    private MailSession() {}

    /** @param loginRefused whether another password may help */
    record Result(Optional<Refusal> refusal, boolean loginRefused) {}

    /** @param limit of the connection and of each answer */
    static Result send(
            Mail settings,
            Optional<String> password,
            Duration limit,
            Optional<SSLSocketFactory> sockets,
            Notice notice) {
        Properties properties = properties(settings, limit);
        sockets.ifPresent(factory -> {
            properties.put("mail.smtp.ssl.socketFactory", factory);
            properties.put("mail.smtps.ssl.socketFactory", factory);
        });
        Session session = Session.getInstance(properties);
        String server = settings.server().toString();
        try {
            MimeMessage message = MailMessage.of(session, settings, notice);
            try (Transport transport = session.getTransport()) {
                transport.connect(
                        settings.server().host(),
                        settings.server().port(),
                        settings.user().orElse(null),
                        password.orElse(null));
                transport.sendMessage(message, message.getAllRecipients());
            }
            return new Result(Optional.empty(), false);
        } catch (AuthenticationFailedException e) {
            return new Result(
                    Refusal.of(
                            server + " refuses the login: " + said(e, password),
                            "see whether user and password_file of the channel are right"),
                    true);
        } catch (SendFailedException e) {
            if (isOfContent(e)) {
                return new Result(
                        Refusal.ofNotice(
                                server + " does not take the message: " + said(e, password),
                                "see the log of the server: its filter, and how large a message may be"),
                        false);
            }
            return refused(
                    server + " does not take the message: " + said(e, password),
                    "see whether from and to of the channel are addresses that the server takes");
        } catch (MessagingException e) {
            return failed(server, e, password);
        }
    }

    /** Refused for good (RFC 5321, 4.2.1) at its end, when addresses and login were taken. */
    private static boolean isOfContent(SendFailedException e) {
        return e instanceof SMTPSendFailedException refused
                && refused.getReturnCode() / 100 == 5
                && refused.getCommand().equals(".");
    }

    private static Properties properties(Mail settings, Duration limit) {
        String protocol = settings.tls() == MailTls.IMPLICIT ? "smtps" : "smtp";
        String millis = Long.toString(limit.toMillis());
        Properties properties = new Properties();
        properties.put("mail.transport.protocol", protocol);
        String prefix = "mail." + protocol + ".";
        properties.put(prefix + "connectiontimeout", millis);
        properties.put(prefix + "timeout", millis);
        properties.put(prefix + "writetimeout", millis);
        properties.put(prefix + "auth", Boolean.toString(settings.user().isPresent()));
        properties.put(prefix + "starttls.enable", Boolean.toString(settings.tls() == MailTls.STARTTLS));
        properties.put(prefix + "starttls.required", Boolean.toString(settings.tls() == MailTls.STARTTLS));
        properties.put(prefix + "ssl.checkserveridentity", "true");
        properties.put(prefix + "sendpartial", "false");
        // The message is taken then: an answer to the farewell says nothing more.
        properties.put(prefix + "quitwait", "false");
        return properties;
    }

    private static Result failed(String server, MessagingException e, Optional<String> password) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return refused(
                        server + " does not answer in time",
                        "see whether it is up and a firewall lets this server through");
            }
            if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
                return refused(
                        server + " cannot be reached",
                        "see whether its name is right and a firewall lets this server through");
            }
            if (cause instanceof SSLException) {
                return refused(
                        server + " has no certificate that this server trusts, or speaks no TLS there: "
                                + cause.getMessage(),
                        "set server to a name of its certificate, and tls to what its port expects");
            }
        }
        return refused(
                server + " does not take the message: " + said(e, password),
                "see whether tls of the channel is what the port of the server expects, and the log of the server");
    }

    private static Result refused(String why, String hint) {
        return new Result(Refusal.of(why, hint), false);
    }

    /** The server's own words on one line, without the password. */
    private static String said(MessagingException e, Optional<String> password) {
        Throwable last = e;
        if (e instanceof SendFailedException && e.getNextException() != null) {
            last = e.getNextException();
        }
        String text = String.valueOf(last.getMessage());
        String masked = password.map(secret -> text.replace(secret, "••••")).orElse(text);
        String line = masked.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
