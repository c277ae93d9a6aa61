package io.understudy.page;

import io.understudy.cli.Bytes;
import io.understudy.page.Page.DataAge;
import io.understudy.page.Page.Row;
import io.understudy.page.Page.Snapshot;
import io.understudy.page.Page.Table;
import io.understudy.page.Page.Timeline;
import io.understudy.time.Moments;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The page as one HTML document with everything in it: no script, nothing to be loaded. */
public final class PageHtml {
    /** Of the {@code Content-Security-Policy} header that goes with the document. */
    public static final String POLICY = StyleSheet.POLICY;

    private final Page page;
    private final boolean served;
    private final Html html = new Html();

    private PageHtml(Page page, boolean served) {
        this.page = page;
        this.served = served;
    }

    public static String of(Page page) {
        return document(page, true);
    }

    /** For a file: without snapshots and links to what an agent serves, and with its policy in it. */
    public static String report(Page page) {
        return document(page, false);
    }

    private static String document(Page page, boolean served) {
        PageHtml it = new PageHtml(page, served);
        it.document();
        return it.html.toString();
    }

    private void document() {
        String title = page.head().site() + " on " + page.head().server();
        html.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .markup("<meta name=\"robots\" content=\"noindex\"/>\n")
                .markup(served ? "" : "<meta http-equiv=\"Content-Security-Policy\" content=\"" + POLICY + "\"/>\n")
                .line("title", page.verdict().level().sign() + " " + title)
                .markup("<style>" + StyleSheet.TEXT + "</style>\n</head>\n<body>\n<header>\n")
                .line("h1", title)
                .line(
                        "p",
                        page.head().agent() + " " + page.head().version() + ", as of "
                                + Moments.text(page.head().now()))
                .markup("</header>\n<main>\n");
        verdict();
        page.progress().ifPresent(this::progress);
        errors();
        facts();
        page.tables().forEach(this::table);
        if (!served) {
            html.markup("</main>\n</body>\n</html>\n");
            return;
        }
        timeline(page.timeline());
        html.markup("</main>\n<footer><p><a href=\"/\">Look again</a>, or see <a href=\"/metrics\">metrics</a>, ")
                .markup("<a href=\"/readyz\">readiness</a>. This page shows and changes nothing.</p></footer>\n")
                .markup("</body>\n</html>\n");
    }

    private void verdict() {
        Page.Verdict verdict = page.verdict();
        html.open("section", "class", "verdict " + verdict.level().style())
                .markup("\n")
                .line("h2", verdict.question())
                .markup("<p>");
        sign(verdict.level());
        html.text(verdict.answer()).markup("</p>\n");
        page.age().ifPresent(this::age);
        html.close("section");
    }

    private void age(DataAge age) {
        String text = "Its data is " + Moments.age(age.of(page.head().now())) + " old ("
                + Moments.text(age.moment()) + "); "
                + age.target()
                        .map(most -> "it may be " + Moments.age(most) + " old.")
                        .orElse("no target is set.");
        html.open("div", "class", "age");
        sign(age.level(page.head().now()));
        html.text(text).close("div");
    }

    private void progress(Page.Progress now) {
        html.markup("<section>\n<h2>Now</h2>\n").markup("<p id=\"now\">").text(now.what());
        if (now.totalBytes() > 0) {
            long done = Math.min(now.doneBytes(), now.totalBytes());
            html.text(", " + Bytes.text(done) + " of " + Bytes.text(now.totalBytes()))
                    .markup("</p>\n<progress aria-labelledby=\"now\"")
                    .attribute("max", Long.toString(now.totalBytes()))
                    .attribute("value", Long.toString(done))
                    .markup("></progress>\n");
        } else {
            html.markup("</p>\n");
        }
        html.close("section");
    }

    private void errors() {
        if (page.errors().isEmpty()) {
            return;
        }
        html.markup("<section class=\"bad\">\n<h2>What is wrong</h2>\n");
        for (Page.Error each : page.errors()) {
            html.markup("<p><strong>")
                    .text(each.subject())
                    .markup("</strong> ")
                    .text(each.problem().message())
                    .markup(" <code>")
                    .text(each.problem().code())
                    .markup("</code>")
                    .text(each.at().map(when -> ", at " + Moments.text(when)).orElse(""))
                    .markup("<br/>Hint: ")
                    .text(each.problem().hint())
                    .markup("</p>\n");
        }
        html.close("section");
    }

    private void facts() {
        html.markup("<section>\n<h2>This server</h2>\n<dl>\n");
        for (Page.Fact each : page.facts()) {
            html.line("dt", each.name()).markup("<dd>");
            if (each.level() != Level.PLAIN) {
                sign(each.level());
            }
            html.text(each.value()).close("dd");
        }
        html.close("dl").close("section");
    }

    private void table(Table table) {
        html.markup("<section>\n").line("h2", table.title());
        if (table.rows().isEmpty()) {
            html.line("p", "None.");
        } else {
            begin(table.title(), table.columns());
            table.rows().forEach(this::row);
            end();
        }
        html.close("section");
    }

    /** What is too wide for a phone is moved sideways, also by the keyboard. */
    private void scrolled(String name) {
        html.markup("<div class=\"wide\" tabindex=\"0\" role=\"region\"")
                .attribute("aria-label", name)
                .markup(">\n");
    }

    private void begin(String name, List<String> columns) {
        scrolled(name);
        html.markup("<table>\n<thead><tr>");
        columns.forEach(each -> html.markup("<th scope=\"col\">").text(each).markup("</th>"));
        html.markup("</tr></thead>\n<tbody>\n");
    }

    private void end() {
        html.markup("</tbody>\n</table>\n</div>\n");
    }

    private void row(Row row) {
        html.markup("<tr>");
        for (int i = 0; i < row.cells().size(); i++) {
            html.markup("<td>");
            if (i == 0) {
                sign(row.level());
            }
            html.text(row.cells().get(i)).markup("</td>");
        }
        html.markup("</tr>\n");
    }

    private void timeline(Timeline timeline) {
        html.markup("<section>\n<h2>Snapshots</h2>\n");
        timeline.failure().ifPresent(why -> {
            html.markup("<p>");
            sign(Level.CAUTION);
            html.text(why).markup("</p>\n");
        });
        if (timeline.snapshots().isEmpty()) {
            html.line("p", timeline.seen().isEmpty() ? "The repository was not read yet." : "No snapshot yet.");
        } else {
            scrolled("Snapshots over their age");
            new TimelineDrawing(timeline.snapshots(), page.head().now()).write(html);
            html.close("div");
            snapshots(timeline);
        }
        timeline.seen().ifPresent(when -> note("The repository was read at " + Moments.text(when) + "."));
        html.close("section");
    }

    private void snapshots(Timeline timeline) {
        html.markup("<details>\n").line("summary", timeline.snapshots().size() + " snapshots in words, newest first");
        begin("Snapshots, newest first", List.of("Snapshot", "Moment", "Periods", "Content", "New", "State"));
        List<Snapshot> newestFirst = new ArrayList<>(timeline.snapshots());
        Collections.reverse(newestFirst);
        newestFirst.forEach(this::snapshot);
        end();
        html.close("details");
        Optional.of(timeline.left())
                .filter(left -> left > 0)
                .ifPresent(left -> note(left + " older ones are not shown; list shows all."));
    }

    private void snapshot(Snapshot each) {
        html.markup("<tr><td><code>")
                .text(each.name())
                .markup("</code></td><td>")
                .text(Moments.text(each.moment()))
                .markup("</td><td>")
                .text(String.join(", ", each.periods()))
                .markup("</td><td class=\"number\">")
                .text(Bytes.text(each.bytes()))
                .markup("</td><td class=\"number\">")
                .text(Bytes.text(each.newBytes()))
                .markup("</td><td>")
                .text(each.state())
                .markup("</td></tr>\n");
    }

    private void note(String text) {
        html.markup("<p class=\"note\">").text(text).markup("</p>\n");
    }

    private void sign(Level level) {
        sign(html, level);
    }

    static void sign(Html html, Level level) {
        html.open("span", "class", "sign " + level.style())
                .markup("<span aria-hidden=\"true\">")
                .text(level.sign())
                .markup("</span><span class=\"hidden\">")
                .text(level.word())
                .markup(": </span></span>");
    }
}
