package io.understudy.page;

import io.understudy.cli.Problem;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The list of the sites that one process runs, as one HTML document like {@link PageHtml}. */
public final class SitesPage {
    private SitesPage() {}

    /**
     * One site.
     *
     * @param since it is so
     * @param address of its own page
     * @param why it does not run
     */
    public record Row(String site, Level level, String state, Instant since, String address, Optional<Problem> why) {}

    public static String of(String agent, List<Row> rows, Instant now) {
        Html html = new Html();
        html.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .markup("<meta name=\"robots\" content=\"noindex\"/>\n")
                .line("title", "Sites of " + agent)
                .markup("<style>" + StyleSheet.TEXT + "</style>\n</head>\n<body>\n<header>\n")
                .line("h1", "Sites of " + agent)
                .line("p", rows.size() + " sites, as of " + Moments.text(now))
                .markup("</header>\n<main>\n<section>\n<h2>Sites</h2>\n")
                .markup(
                        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Sites\">\n<table>\n<thead><tr>")
                .markup("<th scope=\"col\">Site</th><th scope=\"col\">Agent</th><th scope=\"col\">Since</th>")
                .markup("<th scope=\"col\">Its own page</th></tr></thead>\n<tbody>\n");
        rows.forEach(each -> row(html, each));
        html.markup("</tbody>\n</table>\n</div>\n").close("section");
        rows.forEach(each -> each.why().ifPresent(why -> problem(html, each.site(), why)));
        return html.markup(
                        "</main>\n<footer><p><a href=\"/\">Look again</a>, or see <a href=\"/metrics\">metrics</a>, ")
                .markup("<a href=\"/readyz\">readiness</a>. This page shows and changes nothing.</p></footer>\n")
                .markup("</body>\n</html>\n")
                .toString();
    }

    private static void row(Html html, Row row) {
        html.markup("<tr><td>");
        PageHtml.sign(html, row.level());
        html.text(row.site())
                .markup("</td><td>")
                .text(row.state())
                .markup("</td><td>")
                .text(Moments.text(row.since()))
                .markup("</td><td>")
                .text(row.address())
                .markup("</td></tr>\n");
    }

    private static void problem(Html html, String site, Problem why) {
        html.markup("<section class=\"bad\">\n")
                .line("h2", site)
                .markup("<p>")
                .text(why.message())
                .markup(" <code>")
                .text(why.code())
                .markup("</code><br/>Hint: ")
                .text(why.hint())
                .markup("</p>\n")
                .close("section");
    }
}
