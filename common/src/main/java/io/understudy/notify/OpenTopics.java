package io.understudy.notify;

import io.understudy.config.NotifySettings.Channel;
import io.understudy.config.Occasion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Of one channel: what fails now, and what was sent of it. The same failure is sent once, then as a reminder after
 * {@code notify[].remind}; its recovery is sent once. Not thread-safe.
 */
final class OpenTopics {
    private static final int MOST_TOPICS = 200;
    private static final int MOST_KEYS = 20;

    private final Channel channel;
    private final boolean everyTime;
    private final Map<String, Topic> open;

    /**
     * @param fact as it was last
     * @param since when the first failure came
     * @param repeats failures after the first
     * @param reported when each kind of failure was last sent, by its key
     */
    record Topic(
            Occasion occasion, Fact fact, Instant since, int repeats, boolean lasting, Map<String, Instant> reported) {
        Topic {
            reported = new LinkedHashMap<>(reported);
        }

        private Topic again(Signal signal) {
            return new Topic(signal.occasion(), signal.fact(), since, repeats + 1, lasting, reported);
        }

        private Topic sent(String key, Instant now) {
            Topic next = new Topic(occasion, fact, since, repeats, lasting, reported);
            next.reported.remove(key);
            next.reported.put(key, now);
            if (next.reported.size() > MOST_KEYS) {
                next.reported.remove(next.reported.keySet().iterator().next());
            }
            return next;
        }

        private Instant lastSent() {
            return reported.values().stream().max(Instant::compareTo).orElse(since);
        }
    }

    /** What is to be sent, without its address. */
    record Draft(Occasion occasion, String topic, Fact fact, Optional<Notice.Course> course) {}

    /** @param everyTime whether each failure is sent, as of pings, whose receiver keeps account itself */
    OpenTopics(Channel channel, boolean everyTime, Map<String, Topic> open) {
        this.channel = channel;
        this.everyTime = everyTime;
        this.open = new LinkedHashMap<>(open);
    }

    Map<String, Topic> all() {
        return Map.copyOf(open);
    }

    boolean isOpen(String topic) {
        return open.containsKey(topic);
    }

    Optional<Draft> take(Signal signal, Instant now) {
        return take(signal, now, now);
    }

    /** @param at when it happened @param now when it is looked at, for reminders */
    Optional<Draft> take(Signal signal, Instant at, Instant now) {
        if (signal.occasion() == Occasion.RECOVERY) {
            return recovered(signal);
        }
        if (!channel.events().contains(signal.occasion())) {
            return Optional.empty();
        }
        return switch (signal.occasion()) {
            case FAILURE, STALE, WARNING -> everyTime ? Optional.of(news(signal)) : failed(signal, at, now);
            default -> Optional.of(news(signal));
        };
    }

    private static Draft news(Signal signal) {
        return new Draft(signal.occasion(), signal.topic(), signal.fact(), Optional.empty());
    }

    private Optional<Draft> recovered(Signal signal) {
        Topic topic = open.remove(signal.topic());
        return topic == null || signal.silent() || !channel.events().contains(Occasion.RECOVERY)
                ? Optional.empty()
                : Optional.of(new Draft(
                        Occasion.RECOVERY,
                        signal.topic(),
                        signal.fact(),
                        Optional.of(new Notice.Course(topic.occasion(), topic.since(), topic.repeats(), false))));
    }

    private Optional<Draft> failed(Signal signal, Instant at, Instant now) {
        Topic before = open.get(signal.topic());
        if (before == null || !before.lasting() && isDue(before.lastSent(), now)) {
            Topic first = new Topic(signal.occasion(), signal.fact(), at, 0, signal.lasting(), Map.of());
            keep(signal.topic(), first.sent(signal.key(), now));
            return Optional.of(draft(signal.topic(), first, false));
        }
        Topic topic = before.again(signal);
        Instant sent = before.reported().get(signal.key());
        if (sent != null && !isDue(sent, now)) {
            keep(signal.topic(), topic);
            return Optional.empty();
        }
        keep(signal.topic(), topic.sent(signal.key(), now));
        return Optional.of(draft(signal.topic(), topic, sent != null));
    }

    /** Of what fails still, and is known to be over only by its recovery. */
    List<Draft> reminders(Instant now) {
        List<Draft> due = new ArrayList<>();
        for (Map.Entry<String, Topic> each : List.copyOf(open.entrySet())) {
            Topic topic = each.getValue();
            if (!isDue(topic.lastSent(), now)) {
                continue;
            }
            if (topic.lasting()) {
                String last =
                        topic.reported().keySet().stream().reduce((a, b) -> b).orElse("");
                keep(each.getKey(), topic.sent(last, now));
                due.add(draft(each.getKey(), topic, true));
            } else {
                open.remove(each.getKey());
            }
        }
        return due;
    }

    private static Draft draft(String name, Topic topic, boolean reminder) {
        Notice.Course course = new Notice.Course(topic.occasion(), topic.since(), topic.repeats(), reminder);
        return new Draft(topic.occasion(), name, topic.fact(), Optional.of(course));
    }

    private void keep(String name, Topic topic) {
        open.put(name, topic);
        if (open.size() > MOST_TOPICS) {
            open.remove(open.keySet().iterator().next());
        }
    }

    /** A clock that was set back makes nothing wait longer than that. */
    private boolean isDue(Instant sent, Instant now) {
        Duration since = Duration.between(sent, now).abs();
        return since.compareTo(channel.remind()) >= 0;
    }
}
