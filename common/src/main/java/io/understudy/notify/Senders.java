package io.understudy.notify;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.NotifySettings.Mail;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.config.NotifySettings.Program;
import io.understudy.config.NotifySettings.Target;
import io.understudy.config.NotifySettings.Webhook;
import io.understudy.process.SystemCommandRunner;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.time.Duration;

/** Makes the sender of each kind of channel, within its time limit. */
final class Senders {
    /** What ends by itself says more about why. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Path state;

    /** @param state folder, for what commands print */
    Senders(Path state) {
        this.state = state;
    }

    Sender of(Channel channel) {
        return new TimeLimited(
                sender(channel), "notify " + channel.name(), channel.timeout().plus(GRACE));
    }

    private Sender sender(Channel channel) {
        Target target = channel.target();
        if (target instanceof Program program) {
            return new CommandSender(
                    program, channel.timeout(), new SystemCommandRunner(StateEntry.COMMANDS.in(state)));
        }
        if (target instanceof Mail mail) {
            return new MailSender(mail, channel.timeout());
        }
        if (target instanceof Ping ping) {
            return new PingSender(ping, channel.timeout());
        }
        return new WebhookSender((Webhook) target, channel.remind(), channel.timeout());
    }
}
