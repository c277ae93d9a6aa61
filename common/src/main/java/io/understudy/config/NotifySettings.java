package io.understudy.config;

import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The channels by which people are notified, in the order of the configuration; none: no one is.
 *
 * @param channels with names that differ
 */
public record NotifySettings(List<Channel> channels) {
    public static final NotifySettings NONE = new NotifySettings(List.of());

    public NotifySettings {
        channels = List.copyOf(channels);
    }

    /**
     * @param name in messages, metrics and {@code notify --channel}
     * @param events the occasions on which it is used
     * @param remind how long after a notice of a failure that lasts it is sent again, 1 h to 30 d; default 24 h
     * @param stale how old the newest data may be, 1 min to 365 d; empty: the agent's own limit
     * @param perHour the most notices in an hour, 1 to 1000; default 30
     * @param timeout of one attempt as a whole, 1 s to 5 min; default 30 s
     * @param summary when a summary of the last day is sent, by the server's time zone; empty: never
     */
    public record Channel(
            String name,
            Set<Occasion> events,
            Duration remind,
            Optional<Duration> stale,
            int perHour,
            Duration timeout,
            Optional<LocalTime> summary,
            Target target) {
        public Channel {
            events = Set.copyOf(events);
        }

        /** Without a summary. */
        public Channel(
                String name,
                Set<Occasion> events,
                Duration remind,
                Optional<Duration> stale,
                int perHour,
                Duration timeout,
                Target target) {
            this(name, events, remind, stale, perHour, timeout, Optional.empty(), target);
        }
    }

    /** Where notices go. */
    public sealed interface Target permits Mail, Webhook, Program, Ping {}

    /** How a connection to a mail server is encrypted. */
    public enum MailTls {
        /** It begins plain, and nothing is sent before it is encrypted. */
        STARTTLS,
        IMPLICIT,
        NONE
    }

    /**
     * A message over SMTP.
     *
     * @param user empty: no login
     * @param from address of the sender
     * @param to addresses, not empty
     */
    public record Mail(
            HostPort server, MailTls tls, Optional<String> user, Secret password, String from, List<String> to)
            implements Target {
        public Mail {
            to = List.copyOf(to);
        }
    }

    /** Of a webhook: what the receiver expects. */
    public enum Preset {
        /** The notice as Understudy writes it. */
        NONE,
        SLACK,
        NTFY,
        ALERTMANAGER
    }

    /**
     * A POST of JSON over HTTP.
     *
     * @param url an {@code http} or {@code https} URL, which may hold a token
     * @param secret signs the body; empty: it is not signed
     * @param token sent as {@code Authorization: Bearer}; empty: none is
     */
    public record Webhook(Secret url, Preset preset, Secret secret, Secret token) implements Target {}

    /**
     * A program of the operator's, without a shell.
     *
     * @param command its argument list, not empty
     * @param environment names of the agent's variables that it gets, next to the usual ones
     */
    public record Program(List<String> command, List<String> environment) implements Target {
        public Program {
            command = List.copyOf(command);
            environment = List.copyOf(environment);
        }
    }

    /**
     * A dead man's switch: the other side notices silence. All are URLs that may hold a token.
     *
     * @param url asked after a success
     * @param start asked at the beginning; empty: {@code url} with {@code /start}
     * @param success in place of {@code url}; empty: {@code url}
     * @param fail asked after a failure; empty: {@code url} with {@code /fail}
     */
    public record Ping(Secret url, Secret start, Secret success, Secret fail) implements Target {}
}
