package io.understudy.notify;

import io.understudy.cli.AgentVersion;
import io.understudy.config.NotifySettings.Mail;
import io.understudy.config.Occasion;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.util.Date;

/**
 * A notice as a message: plain text, of a machine (RFC 3834), with an identity that stays when it is sent again.
 *
 * <p>No header can be given an end of line: what is not of the configuration, whose addresses are checked, is encoded.
 */
final class MailMessage extends MimeMessage {
    private static final int LONGEST_SUBJECT = 150;

    private final String id;

    private MailMessage(Session session, String id) {
        super(session);
        this.id = id;
    }

    static MimeMessage of(Session session, Mail settings, Notice notice) throws MessagingException {
        String domain = settings.from().substring(settings.from().indexOf('@') + 1);
        MailMessage message = new MailMessage(session, "<" + plain(notice.id()) + "@" + domain + ">");
        message.setFrom(new InternetAddress(settings.from()));
        for (String each : settings.to()) {
            message.addRecipient(Message.RecipientType.TO, new InternetAddress(each));
        }
        message.setSubject(subject(notice), StandardCharsets.UTF_8.name());
        message.setSentDate(Date.from(notice.moment()));
        message.setHeader("Auto-Submitted", "auto-generated");
        message.setHeader("X-Auto-Response-Suppress", "All");
        message.setHeader("X-Mailer", "understudy " + plain(AgentVersion.current()));
        message.setHeader("X-Understudy-Kind", notice.occasion().label());
        if (notice.occasion() == Occasion.FAILURE || notice.occasion() == Occasion.STALE) {
            message.setHeader("Importance", "high");
        }
        message.setText(text(notice), StandardCharsets.UTF_8.name());
        message.saveChanges();
        return message;
    }

    /** {@code [shop] failure: snapshot_failed on a.example.net (primary)}. */
    static String subject(Notice notice) {
        String subject = "[" + notice.source().site() + "] " + (notice.reminds() ? "reminder of " : "")
                + notice.occasion().label() + ": " + notice.fact().event() + " on "
                + notice.source().server() + " (" + notice.source().role() + ")";
        String line = subject.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST_SUBJECT ? line : line.substring(0, LONGEST_SUBJECT) + "…";
    }

    private static String text(Notice notice) {
        String text = notice.text().replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "\ufffd");
        return text + "\n\n-- \nsite " + notice.source().site() + ", "
                + notice.source().role() + " " + notice.source().server() + "\nnotice " + notice.id() + "\n";
    }

    private static String plain(String text) {
        return text.replaceAll("[^A-Za-z0-9._-]", "");
    }

    @Override
    protected void updateMessageID() throws MessagingException {
        setHeader("Message-ID", id);
    }
}
