package io.understudy.notify;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.config.NotifySettings.Preset;
import io.understudy.config.NotifySettings.Target;
import io.understudy.config.NotifySettings.Webhook;
import io.understudy.config.Occasion;
import io.understudy.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Channels and notices for tests. */
final class Notices {
    static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    static final Notice.Source SOURCE = new Notice.Source("shop", "a.example.net", "primary");
    static final Webhook NOWHERE =
            new Webhook(Secret.of("http://127.0.0.1:9/hook"), Preset.NONE, Secret.none(), Secret.none());

    private Notices() {}

    static Channel channel(Occasion... events) {
        Set<Occasion> chosen = events.length == 0 ? EnumSet.allOf(Occasion.class) : EnumSet.of(events[0], events);
        return channel(chosen, 30, NOWHERE);
    }

    static Channel channel(Set<Occasion> events, int perHour, Target target) {
        return new Channel(
                "ops", events, Duration.ofHours(24), Optional.empty(), perHour, Duration.ofSeconds(30), target);
    }

    static Channel ping() {
        Ping ping = new Ping(Secret.of("http://127.0.0.1:9/ping"), Secret.none(), Secret.none(), Secret.none());
        return channel(EnumSet.of(Occasion.START, Occasion.SUCCESS, Occasion.FAILURE), 30, ping);
    }

    static Fact fact(String event, String code) {
        return new Fact(
                event,
                "cannot do it: <because> of \"" + code + "\" & more",
                Optional.of(code),
                Optional.of("do something"),
                Optional.of("00000001-00000042"));
    }

    static Signal failing(String code) {
        return Signal.failing(Signals.ROUND, fact("snapshot_failed", code));
    }

    static Signal recovered() {
        return Signal.recovered(Signals.ROUND, fact("snapshot_committed", "none"));
    }

    static Notice notice(Occasion occasion) {
        Optional<Notice.Course> course = occasion == Occasion.RECOVERY
                ? Optional.of(new Notice.Course(Occasion.FAILURE, NOON.minusSeconds(3600), 3, false))
                : Optional.empty();
        return new Notice(
                "id-1", occasion, Signals.ROUND, SOURCE, fact("snapshot_failed", "filestore_failed"), NOON, course);
    }
}
