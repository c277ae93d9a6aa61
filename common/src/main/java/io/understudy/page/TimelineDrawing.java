package io.understudy.page;

import io.understudy.cli.Bytes;
import io.understudy.page.Page.Snapshot;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Snapshots as dots over their age, a line for each period; a dot's area is what the snapshot added. The scale is
 * logarithmic, so that the last hour and the last year have room.
 */
final class TimelineDrawing {
    private static final List<String> USUAL = List.of("continuous", "hourly", "daily", "weekly", "monthly");

    private static final int WIDTH = 900;
    private static final int LEFT = 110;
    private static final int RIGHT = 880;
    private static final int ROW = 26;
    private static final int TOP = 14;
    private static final double SMALLEST = 3;
    private static final double LARGEST = 10;
    /** Pixels between the names of two ages. */
    private static final int APART = 60;

    private static final List<Duration> AGES = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofDays(1),
            Duration.ofDays(7),
            Duration.ofDays(30),
            Duration.ofDays(365),
            Duration.ofDays(3650));
    private static final List<String> NAMES =
            List.of("1 min", "10 min", "1 h", "6 h", "1 day", "1 week", "30 days", "1 year", "10 years");

    private final List<Snapshot> snapshots;
    private final Instant now;
    private final double oldest;
    private final long most;

    /** @param snapshots at least one */
    TimelineDrawing(List<Snapshot> snapshots, Instant now) {
        this.snapshots = snapshots;
        this.now = now;
        this.oldest =
                snapshots.stream().mapToDouble(each -> scaled(age(each))).max().orElse(1);
        this.most = snapshots.stream().mapToLong(Snapshot::newBytes).max().orElse(1);
    }

    void write(Html html) {
        List<String> periods = periods();
        int bottom = TOP + periods.size() * ROW;
        html.markup("<svg role=\"img\"")
                .attribute("viewBox", "0 0 " + WIDTH + " " + (bottom + 24))
                .attribute(
                        "aria-label",
                        snapshots.size() + " snapshots over their age; the table below has the same in words")
                .markup(">\n");
        ages(html, bottom);
        for (int i = 0; i < periods.size(); i++) {
            row(html, periods.get(i), TOP + i * ROW + ROW / 2.0);
        }
        html.close("svg");
    }

    /** Those that everybody knows in their order, then the others by name. */
    private List<String> periods() {
        TreeSet<String> all = new TreeSet<>(Comparator.comparingInt((String each) -> {
                    int place = USUAL.indexOf(each);
                    return place < 0 ? USUAL.size() : place;
                })
                .thenComparing(each -> each));
        snapshots.forEach(each -> all.addAll(each.periods()));
        return new ArrayList<>(all);
    }

    private void ages(Html html, int bottom) {
        label(html, RIGHT, bottom + 16, "end", "now");
        double last = RIGHT;
        for (int i = 0; i < AGES.size(); i++) {
            double x = at(AGES.get(i));
            if (x < LEFT || last - x < APART) {
                continue;
            }
            html.markup("<line")
                    .attribute("x1", x)
                    .attribute("y1", TOP)
                    .attribute("x2", x)
                    .attribute("y2", bottom)
                    .markup("/>\n");
            label(html, x, bottom + 16, "middle", NAMES.get(i));
            last = x;
        }
    }

    private void row(Html html, String period, double y) {
        label(html, LEFT - 16, y + 4, "end", period);
        for (Snapshot each : snapshots) {
            if (each.periods().contains(period)) {
                html.markup("<circle")
                        .attribute("cx", at(age(each)))
                        .attribute("cy", y)
                        .attribute("r", radius(each))
                        .markup("><title>")
                        .text(each.name() + ", " + Moments.text(each.moment()) + ", " + Bytes.text(each.newBytes())
                                + " new")
                        .markup("</title></circle>\n");
            }
        }
    }

    private static void label(Html html, double x, double y, String anchor, String text) {
        html.markup("<text")
                .attribute("x", x)
                .attribute("y", y)
                .attribute("text-anchor", anchor)
                .markup(">")
                .text(text)
                .markup("</text>\n");
    }

    private double radius(Snapshot each) {
        double share = most <= 0 ? 0 : Math.max(0, each.newBytes()) / (double) most;
        return SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(share);
    }

    private Duration age(Snapshot each) {
        Duration age = Duration.between(each.moment(), now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    private double at(Duration age) {
        return RIGHT - (RIGHT - LEFT) * scaled(age) / Math.max(oldest, scaled(Duration.ofMinutes(1)));
    }

    private static double scaled(Duration age) {
        return Math.log1p(age.toSeconds() / 30.0);
    }
}
