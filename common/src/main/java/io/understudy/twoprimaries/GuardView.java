package io.understudy.twoprimaries;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.understudy.cli.Problem;
import io.understudy.dns.DnsLook;
import io.understudy.page.Level;
import io.understudy.page.Page;
import io.understudy.time.Moments;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a status shows of the other server and of the site's names:
 *
 * <pre>{@code
 * "guard":{"two_primaries":[{"source":"store","text":"…","since":"2026-11-20T10:00:00Z"}],"dns":{…}}
 * }</pre>
 *
 * @param twoPrimaries what shows that another server is in production too; empty: nothing does
 * @param dns where the names of the site point; empty without {@code dns} and before the first look
 */
public record GuardView(@JsonProperty("two_primaries") List<Sign> twoPrimaries, Optional<DnsLook> dns) {
    public static final GuardView NONE = new GuardView(List.of(), Optional.empty());
    private static final String SUBJECT = "two primaries";

    public GuardView {
        twoPrimaries = List.copyOf(twoPrimaries);
    }

    /** A line of the status for people, with the name before it. */
    public record Line(String name, String text) {}

    /** Of a status for people: first what matters most. */
    public List<Line> lines() {
        return Stream.concat(
                        twoPrimaries.stream()
                                .map(sign -> new Line(
                                        "ALERT",
                                        "two primaries, since " + Moments.text(sign.since()) + " ("
                                                + sign.source().label() + "): " + sign.text())),
                        dns.stream().map(look -> new Line("dns", look.text())))
                .toList();
    }

    /** Of the status page. */
    public List<Page.Error> errors() {
        return twoPrimaries.stream()
                .map(sign -> new Page.Error(
                        SUBJECT,
                        new Problem(
                                "two_primaries",
                                sign.source().label() + ": " + sign.text(),
                                "stop one of the two sites now; docs/two-primaries.md says which"),
                        Optional.of(sign.since())))
                .toList();
    }

    /** Of the status page. */
    public Optional<Page.Fact> fact() {
        return dns.map(look -> new Page.Fact(
                "DNS", look.text(), look.agrees() ? Level.PLAIN : look.isKnown() ? Level.BAD : Level.CAUTION));
    }

    /** Of the status page, where it takes the place of any other. */
    public Optional<Page.Verdict> verdict(String question) {
        return twoPrimaries.isEmpty()
                ? Optional.empty()
                : Optional.of(new Page.Verdict(
                        Level.BAD,
                        question,
                        "TWO PRIMARIES: another server is in production too. Stop one of the two sites."));
    }
}
