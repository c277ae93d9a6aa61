package io.understudy.config;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.NotifySettings.Mail;
import io.understudy.config.NotifySettings.MailTls;
import io.understudy.config.NotifySettings.Ping;
import io.understudy.config.NotifySettings.Preset;
import io.understudy.config.NotifySettings.Program;
import io.understudy.config.NotifySettings.Target;
import io.understudy.config.NotifySettings.Webhook;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code notify}, a list of channels whose keys depend on their kind. */
final class NotifyReader {
    private static final Set<Occasion> DEFAULT =
            EnumSet.of(Occasion.FAILURE, Occasion.RECOVERY, Occasion.STALE, Occasion.PROMOTION);

    /** The keys that only some kinds have. */
    private static final Map<String, List<Setting>> OF_KIND = Map.of(
            "mail",
            List.of(
                    Setting.NOTIFY_SERVER,
                    Setting.NOTIFY_TLS,
                    Setting.NOTIFY_USER,
                    Setting.NOTIFY_PASSWORD,
                    Setting.NOTIFY_FROM,
                    Setting.NOTIFY_TO),
            "webhook",
            List.of(Setting.NOTIFY_URL, Setting.NOTIFY_PRESET, Setting.NOTIFY_SECRET, Setting.NOTIFY_TOKEN),
            "command",
            List.of(Setting.NOTIFY_COMMAND, Setting.NOTIFY_ENVIRONMENT),
            "ping",
            List.of(Setting.NOTIFY_URL, Setting.NOTIFY_START, Setting.NOTIFY_SUCCESS, Setting.NOTIFY_FAIL));

    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?");

    private final List<Values> items;
    private final Set<String> names = new HashSet<>();

    NotifyReader(Values top) {
        this.items = top.each("notify");
    }

    NotifySettings read() {
        List<Channel> channels = new ArrayList<>();
        for (Values each : items) {
            each.section().allowOnly(Setting.keysOf("notify[]"));
            channels.add(channel(each));
        }
        return new NotifySettings(channels);
    }

    private Channel channel(Values values) {
        String name = values.name(Setting.NOTIFY_NAME);
        if (!name.isEmpty() && !names.add(name)) {
            values.fault(Setting.NOTIFY_NAME, "is taken by another channel: " + name);
        }
        String kind = values.choice(Setting.NOTIFY_KIND);
        foreignKeys(values, kind);
        return new Channel(
                name,
                kind.equals("ping") ? pingEvents(values) : events(values),
                values.duration(Setting.NOTIFY_REMIND),
                values.optionalDuration(Setting.NOTIFY_STALE_AFTER),
                values.integer(Setting.NOTIFY_PER_HOUR),
                values.duration(Setting.NOTIFY_TIMEOUT),
                summary(values, kind),
                target(values, kind));
    }

    private static Optional<LocalTime> summary(Values values, String kind) {
        if (kind.equals("ping") && isSet(values, Setting.NOTIFY_SUMMARY)) {
            values.fault(Setting.NOTIFY_SUMMARY, "has no meaning for a channel of kind ping");
        }
        return values.parsed(
                Setting.NOTIFY_SUMMARY,
                values.text(Setting.NOTIFY_SUMMARY),
                "must be a time of day, such as \"08:00\"",
                NotifyReader::timeOfDay);
    }

    private static LocalTime timeOfDay(String text) {
        try {
            return LocalTime.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void foreignKeys(Values values, String kind) {
        List<Setting> own = OF_KIND.get(kind);
        OF_KIND.values().stream()
                .flatMap(List::stream)
                .distinct()
                .filter(setting -> !own.contains(setting) && isSet(values, setting))
                .forEach(setting -> values.fault(setting, "has no meaning for a channel of kind " + kind));
    }

    private static boolean isSet(Values values, Setting setting) {
        return values.section().child(setting.key()).isPresent()
                || values.section().child(setting.key() + "_file").isPresent();
    }

    private static Set<Occasion> events(Values values) {
        List<String> chosen = values.list(Setting.NOTIFY_EVENTS);
        if (chosen.isEmpty()) {
            return DEFAULT;
        }
        Set<Occasion> events = EnumSet.noneOf(Occasion.class);
        for (String each : chosen) {
            if (Occasion.names().contains(each)) {
                events.add(Occasion.valueOf(SettingsReader.upper(each)));
            } else {
                values.fault(
                        Setting.NOTIFY_EVENTS, "must name " + String.join(", ", Occasion.names()) + ", not " + each);
            }
        }
        return events;
    }

    /** It reports each round, or it could not be missed. */
    private static Set<Occasion> pingEvents(Values values) {
        if (isSet(values, Setting.NOTIFY_EVENTS)) {
            values.fault(Setting.NOTIFY_EVENTS, "has no meaning for a channel of kind ping: it is asked at each");
        }
        return EnumSet.of(Occasion.START, Occasion.SUCCESS, Occasion.FAILURE);
    }

    private static Target target(Values values, String kind) {
        return switch (kind) {
            case "mail" -> mail(values);
            case "command" -> program(values);
            case "ping" ->
                new Ping(
                        url(values, Setting.NOTIFY_URL, true),
                        url(values, Setting.NOTIFY_START, false),
                        url(values, Setting.NOTIFY_SUCCESS, false),
                        url(values, Setting.NOTIFY_FAIL, false));
            default ->
                new Webhook(
                        url(values, Setting.NOTIFY_URL, true),
                        Preset.valueOf(SettingsReader.upper(values.choice(Setting.NOTIFY_PRESET))),
                        values.secret(Setting.NOTIFY_SECRET),
                        values.secret(Setting.NOTIFY_TOKEN));
        };
    }

    private static Mail mail(Values values) {
        for (Setting each : List.of(Setting.NOTIFY_SERVER, Setting.NOTIFY_FROM)) {
            if (values.text(each).isEmpty()) {
                values.fault(each, "is missing: a channel of kind mail needs it");
            }
        }
        List<String> to = values.list(Setting.NOTIFY_TO);
        if (to.isEmpty()) {
            values.fault(Setting.NOTIFY_TO, "is missing: a channel of kind mail needs it");
        }
        String from = values.text(Setting.NOTIFY_FROM);
        to.forEach(each -> address(values, Setting.NOTIFY_TO, each));
        if (!from.isEmpty()) {
            address(values, Setting.NOTIFY_FROM, from);
        }
        Mail mail = new Mail(
                values.hostPort(Setting.NOTIFY_SERVER),
                MailTls.valueOf(SettingsReader.upper(values.choice(Setting.NOTIFY_TLS))),
                values.optionalText(Setting.NOTIFY_USER),
                values.secret(Setting.NOTIFY_PASSWORD),
                from,
                to);
        login(values, mail);
        return mail;
    }

    private static void login(Values values, Mail mail) {
        if (mail.user().isPresent() != mail.password().reveal().isPresent()) {
            values.fault(Setting.NOTIFY_USER, "and notify[].password_file are set together");
        }
        boolean here = mail.server().host().matches("localhost|127\\..*|::1");
        if (mail.user().isPresent() && mail.tls() == MailTls.NONE && !here) {
            values.fault(Setting.NOTIFY_TLS, "must not be none where a password is sent to another host");
        }
    }

    /** A plain address: no name, no list, no end of a line that would begin another header. */
    private static void address(Values values, Setting setting, String text) {
        if (!ADDRESS.matcher(text).matches()) {
            values.fault(setting, "must be an address such as ops@example.net: " + text.replaceAll("\\p{Cntrl}", "?"));
        }
    }

    private static Program program(Values values) {
        List<String> command = values.list(Setting.NOTIFY_COMMAND);
        if (command.isEmpty()) {
            values.fault(Setting.NOTIFY_COMMAND, "is missing: a channel of kind command needs it");
        }
        return new Program(command, values.list(Setting.NOTIFY_ENVIRONMENT));
    }

    /** Never quoted: it may be a secret as a whole. */
    private static Secret url(Values values, Setting setting, boolean needed) {
        Secret url = values.secret(setting);
        url.reveal()
                .ifPresentOrElse(
                        text -> {
                            if (!isHttp(text)) {
                                values.fault(
                                        setting,
                                        "must be a URL of http or https with a host, and without user and password");
                            }
                        },
                        () -> {
                            if (needed) {
                                values.fault(setting, "is missing: this kind of channel needs it");
                            }
                        });
        return url;
    }

    private static boolean isHttp(String text) {
        try {
            URI url = new URI(text);
            return List.of("http", "https").contains(String.valueOf(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
