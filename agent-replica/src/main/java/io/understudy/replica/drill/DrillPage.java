package io.understudy.replica.drill;

import io.understudy.page.Level;
import io.understudy.page.Page;
import io.understudy.page.Page.Fact;
import io.understudy.page.Page.Head;
import io.understudy.page.Page.Row;
import io.understudy.page.Page.Table;
import io.understudy.page.Page.Timeline;
import io.understudy.page.Page.Verdict;
import io.understudy.page.PageHtml;
import io.understudy.time.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report of a drill as one HTML document with everything in it. */
final class DrillPage {
    private DrillPage() {}

    static String of(DrillReport report, String signature) {
        return PageHtml.report(new Page(
                new Head(report.site(), report.server(), "agent-replica", report.agent(), report.at()),
                new Verdict(level(report), "Would the site come up after a promotion?", answer(report)),
                Optional.empty(),
                Optional.empty(),
                facts(report, signature),
                report.problem().map(it -> new Page.Error("drill", it, Optional.empty())).stream()
                        .toList(),
                List.of(new Table(
                        "Steps",
                        List.of("Step", "Seconds"),
                        report.steps().stream().map(DrillPage::row).toList())),
                new Timeline(Optional.empty(), List.of(), 0, Optional.empty())));
    }

    private static Level level(DrillReport report) {
        return switch (report.result()) {
            case PASSED -> Level.GOOD;
            case FAILED, INTERRUPTED -> Level.BAD;
            case ABANDONED -> Level.CAUTION;
        };
    }

    private static String answer(DrillReport report) {
        return switch (report.result()) {
            case PASSED -> "Yes: its copy did.";
            case FAILED -> "Its copy did not, or what it left could not be removed.";
            case INTERRUPTED -> "Not known: the agent was killed during the drill.";
            case ABANDONED -> "Not known: the drill was given up.";
        };
    }

    private static List<Fact> facts(DrillReport report, String signature) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.plain("Drill", report.id()));
        report.content().ifPresent(it -> {
            facts.add(Fact.plain(
                    "Content",
                    it.snapshot()
                            + it.moment()
                                    .map(at -> ", data of " + Moments.text(at))
                                    .orElse("")
                            + (it.ahead() ? ", loaded ahead" : ", live")));
            it.database().ifPresent(how -> facts.add(Fact.plain("Database", DrillReport.copied(how))));
            it.leftOut().forEach(each -> facts.add(new Fact("Not rehearsed", each, Level.CAUTION)));
        });
        facts.add(Fact.plain("Total", String.format(Locale.ROOT, "%.1f s", report.seconds())));
        facts.add(Fact.plain("Signature of the JSON", signature));
        return facts;
    }

    private static Row row(DrillStep step) {
        return step.skipped()
                .map(why -> new Row(Level.CAUTION, List.of(step.name(), "skipped: " + why)))
                .orElseGet(() -> new Row(
                        step.ok() ? Level.GOOD : Level.BAD,
                        List.of(step.name(), String.format(Locale.ROOT, "%.1f", step.seconds()))));
    }
}
