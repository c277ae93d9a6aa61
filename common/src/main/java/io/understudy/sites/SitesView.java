package io.understudy.sites;

import io.understudy.cli.Problem;
import io.understudy.config.HostPort;
import io.understudy.metrics.HttpEndpoint;
import io.understudy.metrics.HttpPage;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.metrics.Probe;
import io.understudy.page.Level;
import io.understudy.page.PageHtml;
import io.understudy.page.SitesPage;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Which sites of the process run: the list at {@code /}, {@code /readyz} and {@code understudy_site_up}. It asks no
 * agent anything, so none can delay it.
 */
final class SitesView {
    private final Supplier<List<SiteState>> states;
    private final String role;
    private final Clock clock;

    SitesView(Supplier<List<SiteState>> states, String role, Clock clock) {
        this.states = states;
        this.role = role;
        this.clock = clock;
    }

    HttpEndpoint serve(HostPort at) {
        HttpPage page = new HttpPage(PageHtml.POLICY, () -> Optional.of(html()));
        return HttpEndpoint.start(at, metrics(), () -> Probe.up("the process of all sites lives"), this::ready, page);
    }

    Metrics metrics() {
        Metrics metrics = Metrics.ofSeveralSites(role);
        states.get().forEach(each -> metrics.watch(Metric.SITE_UP, () -> up(each.site()), each.site()));
        return metrics;
    }

    private double up(String site) {
        return states.get().stream().anyMatch(each -> each.site().equals(site) && each.isUp()) ? 1 : 0;
    }

    /** Whether all run; each agent says by itself whether it does its job. */
    Probe ready() {
        List<SiteState> all = states.get();
        String down = all.stream()
                .filter(each -> !each.isUp())
                .map(each -> each.site() + " " + each.phase().text()
                        + each.why().map(why -> ": " + why.getMessage()).orElse(""))
                .collect(Collectors.joining("; "));
        return down.isEmpty() ? Probe.up(all.size() + " sites run") : Probe.down(down.replaceAll("\\s+", " "));
    }

    String html() {
        return SitesPage.of(
                "agent-" + role, states.get().stream().map(SitesView::row).toList(), clock.instant());
    }

    private static SitesPage.Row row(SiteState state) {
        return new SitesPage.Row(
                state.site(),
                switch (state.phase()) {
                    case UP -> Level.GOOD;
                    case DOWN -> Level.BAD;
                    case STARTING -> Level.CAUTION;
                    case STOPPED -> Level.PLAIN;
                },
                state.phase().text(),
                state.since(),
                state.address().orElse("none"),
                state.why().map(Problem::of));
    }
}
