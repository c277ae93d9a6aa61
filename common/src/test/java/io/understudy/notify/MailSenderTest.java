package io.understudy.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.HostPort;
import io.understudy.config.NotifySettings.Mail;
import io.understudy.config.NotifySettings.MailTls;
import io.understudy.config.Occasion;
import io.understudy.config.Secret;
import io.understudy.config.TlsSettings;
import io.understudy.notify.Sender.Refusal;
import io.understudy.testing.ClosedPort;
import io.understudy.testing.TestCertificates;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.helper.SimpleMessageListener;
import org.subethamail.smtp.server.SMTPServer;

/** Against a real mail server in this process. */
class MailSenderTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Notice FAILURE = Notices.notice(Occasion.FAILURE);
    private static final List<String> TO = List.of("ops@example.net", "night@example.net");

    @TempDir
    private static Path folder;

    private static TlsSettings certificate;
    private static SSLContext shown;
    private static SSLContext trusted;

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<String> recipients = new CopyOnWriteArrayList<>();
    private final List<String> passwords = new CopyOnWriteArrayList<>();
    private Optional<SMTPServer> server = Optional.empty();

    @BeforeAll
    static void certificates() throws Exception {
        certificate = new TestCertificates(folder, "authority").issue("mail", "DNS:localhost");
        shown = TestTls.server(certificate, folder);
        trusted = TestTls.client(certificate);
    }

    @AfterEach
    void stop() {
        server.ifPresent(SMTPServer::stop);
    }

    /** Takes any message of who logs in with the password {@code canary-right}. */
    private SMTPServer.Builder mailServer() {
        return SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .simpleMessageListener(new SimpleMessageListener() {
                    @Override
                    public boolean accept(String from, String recipient) {
                        recipients.add(recipient);
                        return !recipient.startsWith("nobody@");
                    }

                    @Override
                    public void deliver(String from, String recipient, InputStream data) throws IOException {
                        messages.add(new String(data.readAllBytes(), StandardCharsets.UTF_8));
                    }
                });
    }

    private int start(SMTPServer.Builder builder) {
        SMTPServer started = builder.build();
        started.start();
        server = Optional.of(started);
        return started.getPortAllocated();
    }

    private int startSecure() {
        return start(mailServer()
                .enableTLS()
                .requireTLS()
                .startTlsSocketFactory(shown)
                .requireAuth()
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, password, context) -> {
                    passwords.add(password);
                    if (!user.equals("understudy") || !password.equals("canary-right")) {
                        throw new LoginFailedException("535 not " + password);
                    }
                })));
    }

    private static Mail mail(int port, MailTls tls, Optional<String> user, Secret password) {
        return new Mail(new HostPort("localhost", port), tls, user, password, "understudy@a.example.net", TO);
    }

    private static Mail withLogin(int port, String password) {
        return mail(port, MailTls.STARTTLS, Optional.of("understudy"), Secret.of(password));
    }

    private static MailSender trusting(Mail mail) {
        return new MailSender(mail, LIMIT, Optional.of(trusted.getSocketFactory()));
    }

    private MimeMessage received() throws Exception {
        return new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(messages.get(0).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aNoticeIsSentWithStarttlsAndALogin() throws Exception {
        assertThat(trusting(withLogin(startSecure(), "canary-right")).send(FAILURE))
                .isEmpty();

        assertThat(recipients).containsExactlyElementsOf(TO);
        MimeMessage message = received();
        assertThat(message.getFrom()[0]).hasToString("understudy@a.example.net");
        assertThat(message.getHeader("To", ",")).contains("ops@example.net", "night@example.net");
        assertThat(message.getSubject()).isEqualTo("[shop] failure: snapshot_failed on a.example.net (primary)");
        assertThat(message.getHeader("Auto-Submitted", null)).isEqualTo("auto-generated");
        assertThat(message.getHeader("Importance", null)).isEqualTo("high");
        assertThat(message.getMessageID()).isEqualTo("<id-1@a.example.net>");
        assertThat(message.getSentDate().toInstant()).isEqualTo(Notices.NOON);
        assertThat(message.getContentType()).isEqualToIgnoringCase("text/plain; charset=UTF-8");
        assertThat(message.getContent().toString())
                .contains("cannot do it: <because> of \"filestore_failed\" & more")
                .contains("hint: do something")
                .contains("snapshot: 00000001-00000042");
    }

    @Test
    void aNoticeIsSentWithTlsFromTheBeginning() {
        int port = start(mailServer().serverSocketFactory(shown));

        assertThat(trusting(mail(port, MailTls.IMPLICIT, Optional.empty(), Secret.none()))
                        .send(FAILURE))
                .isEmpty();
        assertThat(messages).isNotEmpty();
    }

    @Test
    void aNoticeIsSentPlainToThisHost() {
        int port = start(mailServer());

        assertThat(new MailSender(mail(port, MailTls.NONE, Optional.empty(), Secret.none()), LIMIT).send(FAILURE))
                .isEmpty();
        assertThat(messages).isNotEmpty();
    }

    @Test
    void withoutStarttlsNothingIsSent() {
        int port = start(mailServer()
                .authenticationHandlerFactory(
                        new EasyAuthenticationHandlerFactory((user, password, context) -> passwords.add(password))));

        Refusal refusal =
                trusting(withLogin(port, "canary-right")).send(FAILURE).orElseThrow();

        assertThat(refusal.why()).contains("STARTTLS is required");
        assertThat(passwords).isEmpty();
        assertThat(messages).isEmpty();
    }

    @Test
    void aCertificateThatIsNotTrustedEndsTheConnectionBeforeTheLogin() {
        Refusal refusal = new MailSender(withLogin(startSecure(), "canary-right"), LIMIT)
                .send(FAILURE)
                .orElseThrow();

        assertThat(refusal.why()).contains("has no certificate that this server trusts");
        assertThat(passwords).isEmpty();
    }

    @Test
    void aCertificateOfAnotherNameEndsTheConnectionBeforeTheLogin() {
        int port = startSecure();
        Mail other = new Mail(
                new HostPort("127.0.0.1", port),
                MailTls.STARTTLS,
                Optional.of("understudy"),
                Secret.of("canary-right"),
                "understudy@a.example.net",
                TO);

        assertThat(trusting(other).send(FAILURE)).isPresent();
        assertThat(passwords).isEmpty();
    }

    @Test
    void aRefusedLoginShowsNoPassword() {
        Refusal refusal =
                trusting(withLogin(startSecure(), "canary-wrong")).send(FAILURE).orElseThrow();

        assertThat(refusal.why()).contains("refuses the login").doesNotContain("canary-wrong");
        assertThat(messages).isEmpty();
    }

    @Test
    void aPasswordThatWasRenewedIsReadAgain() {
        Secret renewed =
                Secret.renewable("notify[].password", Optional.of("canary-old"), () -> Optional.of("canary-right"));

        assertThat(trusting(mail(startSecure(), MailTls.STARTTLS, Optional.of("understudy"), renewed))
                        .send(FAILURE))
                .isEmpty();
        assertThat(messages).isNotEmpty();
    }

    @Test
    void aRefusedRecipientIsARefusal() {
        int port = start(mailServer());
        Mail mail = new Mail(
                new HostPort("localhost", port),
                MailTls.NONE,
                Optional.empty(),
                Secret.none(),
                "understudy@a.example.net",
                List.of("nobody@example.net"));

        assertThat(new MailSender(mail, LIMIT).send(FAILURE).orElseThrow().why())
                .contains("does not take the message: 553 <nobody@example.net> address unknown");
        assertThat(new MailSender(mail, LIMIT).send(FAILURE).orElseThrow().permanent())
                .isFalse();
    }

    /** Takes each address and no content. */
    private static final class Refusing implements MessageHandler {
        @Override
        public void from(String address) {}

        @Override
        public void recipient(String address) {}

        @Override
        public String data(InputStream content) throws RejectException, IOException {
            content.readAllBytes();
            throw new RejectException(554, "looks like spam");
        }

        @Override
        public void done() {}
    }

    @Test
    void aMessageWhoseContentIsRefusedIsRefusedForGood() {
        int port = start(SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandlerFactory(context -> new Refusing()));

        Refusal refusal = new MailSender(mail(port, MailTls.NONE, Optional.empty(), Secret.none()), LIMIT)
                .send(FAILURE)
                .orElseThrow();

        assertThat(refusal.why()).contains("554 looks like spam");
        assertThat(refusal.permanent()).isTrue();
    }

    @Test
    void aServerThatHangsIsNotWaitedForLonger() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Refusal refusal = new MailSender(
                            mail(silent.getLocalPort(), MailTls.NONE, Optional.empty(), Secret.none()),
                            Duration.ofMillis(200))
                    .send(FAILURE)
                    .orElseThrow();

            assertThat(refusal.why()).endsWith(" does not answer in time");
        }
    }

    @Test
    void aServerThatDoesNotListenIsARefusal() throws Exception {
        try (ClosedPort closed = new ClosedPort()) {
            assertThat(new MailSender(mail(closed.number(), MailTls.NONE, Optional.empty(), Secret.none()), LIMIT)
                            .send(FAILURE)
                            .orElseThrow()
                            .why())
                    .isEqualTo("localhost:" + closed.number() + " cannot be reached");
        }
    }

    @Test
    void noTextBeginsAnotherHeader() throws Exception {
        int port = start(mailServer());
        Notice hostile = new Notice(
                "id\r\nBcc: evil@example.net",
                Occasion.FAILURE,
                "round",
                new Notice.Source("shop\r\nBcc: evil@example.net", "a\nX-Evil: 1\n\nbody", "primary"),
                Notices.fact("event\r\nX-Evil: 1", "code\r\n.\r\nMAIL FROM:<evil@example.net>"),
                Notices.NOON,
                Optional.empty());

        assertThat(new MailSender(mail(port, MailTls.NONE, Optional.empty(), Secret.none()), LIMIT).send(hostile))
                .isEmpty();

        MimeMessage message = received();
        assertThat(recipients).containsExactlyElementsOf(TO);
        assertThat(message.getHeader("Bcc")).isNull();
        assertThat(message.getHeader("X-Evil")).isNull();
        assertThat(message.getSubject()).contains("shop  Bcc: evil@example.net");
        assertThat(message.getMessageID()).isEqualTo("<idBccevilexample.net@a.example.net>");
        assertThat(messages).hasSize(TO.size());
    }

    @Test
    void aSubjectOfAnyScriptArrives() throws Exception {
        int port = start(mailServer());
        Notice notice = new Notice(
                "id",
                Occasion.PROMOTION,
                "promotion",
                new Notice.Source("shop", "сервер-ä", "replica"),
                Notices.fact("server_promoted", "none"),
                Notices.NOON,
                Optional.empty());

        new MailSender(mail(port, MailTls.NONE, Optional.empty(), Secret.none()), LIMIT).send(notice);

        assertThat(received().getSubject()).isEqualTo("[shop] promotion: server_promoted on сервер-ä (replica)");
        assertThat(messages.get(0).lines().filter(line -> line.startsWith("Subject:")))
                .allMatch(line -> line.chars().allMatch(c -> c < 128));
    }
}
