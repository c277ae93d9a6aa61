package io.understudy.notify;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.Settings;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.time.Moments;

/** The checks {@code notify NAME} of both agents: whether the daemon's last attempt succeeded. Nothing is sent. */
public final class NotifyCheck {
    private NotifyCheck() {}

    /**
     * Adds one result for each channel.
     *
     * @param role of the agent: {@code primary} or {@code replica}
     */
    public static void add(CheckReport.Run checks, Settings settings, String role) {
        NoticeStore store = NoticeStore.in(settings.state(), role);
        for (Channel each : settings.notification().channels()) {
            String name = "notify " + each.name();
            checks.look(name, () -> look(name, each, store.read(each.name())));
        }
    }

    private static CheckResult look(String name, Channel channel, ChannelState state) {
        if (state.failure().isPresent()) {
            ChannelState.Failure failure = state.failure().get();
            return CheckResult.warning(
                    name,
                    failure.message() + "; since " + Moments.text(failure.since()) + ", notices that wait: "
                            + state.waiting().size(),
                    failure.hint());
        }
        String place = TargetText.place(channel.target());
        if (TargetText.isOpen(channel.target())) {
            return CheckResult.warning(
                    name,
                    place + " is another host, and notices go there without TLS",
                    "set a url of https, or tls of a mail server");
        }
        return CheckResult.ok(
                name,
                place + ", "
                        + state.sent()
                                .map(at -> "last sent at " + Moments.text(at))
                                .orElse("nothing sent yet: try it with notify --test"));
    }
}
