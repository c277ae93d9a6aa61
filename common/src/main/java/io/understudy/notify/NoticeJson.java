package io.understudy.notify;

import io.understudy.cli.Json;
import java.time.Instant;
import java.util.Optional;

/**
 * A notice as receivers get it:
 *
 * <pre>{@code
 * {"format":1,"id":"6f0c…","kind":"failure","reminder":false,"site":"shop","server":"a.example.net","role":"primary",
 *  "event":"snapshot_failed","message":"…","code":"filestore_unreachable","hint":"…","snapshot":null,
 *  "moment":"2026-11-20T10:00:02Z","since":"2026-11-20T10:00:02Z","repeats":0}
 * }</pre>
 *
 * New fields may come; the ones here stay.
 */
final class NoticeJson {
    private NoticeJson() {}

    private record Head(
            int format, String id, String kind, boolean reminder, String site, String server, String role) {}

    private record Body(
            String event,
            String message,
            Optional<String> code,
            Optional<String> hint,
            Optional<String> snapshot,
            Instant moment,
            Optional<Instant> since,
            int repeats) {}

    static String of(Notice notice) {
        Notice.Source source = notice.source();
        Fact fact = notice.fact();
        String head = Json.line(new Head(
                1,
                notice.id(),
                notice.occasion().label(),
                notice.reminds(),
                source.site(),
                source.server(),
                source.role()));
        String body = Json.line(new Body(
                fact.event(),
                fact.message(),
                fact.code(),
                fact.hint(),
                fact.snapshot(),
                notice.moment(),
                notice.course().map(Notice.Course::since),
                notice.course().map(Notice.Course::repeats).orElse(0)));
        return head.substring(0, head.length() - 1) + "," + body.substring(1);
    }
}
