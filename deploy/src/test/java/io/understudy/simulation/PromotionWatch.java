package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/** Watches promise 5 in promotions: they serve the newest that there is, or what was proven, as was foreseen. */
final class PromotionWatch {
    private final Run run;
    private final ServerViews views;

    PromotionWatch(Run run, ServerViews views) {
        this.run = run;
        this.views = views;
    }

    /**
     * What is about to be promoted, and when.
     *
     * @param forecast the snapshot that a forecast of this moment says to be served; empty where it says none
     */
    record BeforePromotion(
            String state, String live, String ahead, boolean marked, long at, Optional<String> forecast) {}

    /** @param forecast of a moment ago; empty where none could be made */
    BeforePromotion promoting(Server server, Optional<Forecast> forecast, JsonNode then) {
        JsonNode record = server.record();
        // What was foreseen is of what was remembered then.
        boolean same = record.equals(then);
        return new BeforePromotion(
                record.at("/state/kind").asText(),
                record.at("/state/current/snapshot").asText(""),
                record.at("/ahead/snapshot").asText(""),
                server.marked(),
                run.now(),
                forecast.filter(each -> same).flatMap(Forecast::snapshot).map(SnapshotId::toString));
    }

    /** It serves what the forecast said, or a newer one that was found since, or says why not. */
    private void requireForeseen(
            Server server, BeforePromotion before, String foreseen, String serving, Promotion.Report report) {
        boolean newer = report.origin().ahead() && serving.compareTo(foreseen) > 0;
        if (!serving.equals(foreseen) && !newer && report.origin().why().isEmpty()) {
            throw Promise.NEVER_BACKWARD.broken(server.name + ": the forecast said that a promotion would serve "
                    + foreseen + ", and it serves " + serving + ": " + before);
        }
        run.reached.at(Check.FORECAST);
    }

    /** It serves the newest that there was, or says why not; never what is older than what was live. */
    void promoted(Server server, BeforePromotion before, Promotion.Request request, Promotion.Report report) {
        boolean judged = before.state().equals("following")
                && before.marked()
                && views.of(server).unmarkedByHandAt < before.at()
                && !report.already();
        String serving = report.serving()
                .flatMap(DatabaseVersion::snapshot)
                .map(Object::toString)
                .orElse("");
        if (!judged) {
            return;
        }
        run.reached.at(Check.PROMOTED);
        if (request.to() == Promotion.Goal.NEWEST) {
            before.forecast().ifPresent(foreseen -> requireForeseen(server, before, foreseen, serving, report));
        }
        if (serving.equals(before.live()) && before.ahead().isEmpty()) {
            return;
        }
        // What the last look found in the filestore is newer than both.
        boolean found = report.origin().ahead()
                && serving.compareTo(before.live()) > 0
                && serving.compareTo(before.ahead()) > 0
                && run.store.genuine(serving).isPresent();
        boolean newest = serving.equals(before.ahead()) || found;
        boolean proven = serving.equals(before.live())
                && (request.to() == Promotion.Goal.PROVEN
                        || report.origin().why().isPresent());
        if (!(newest && request.to() == Promotion.Goal.NEWEST) && !proven) {
            throw Promise.NEVER_BACKWARD.broken(server.name + ": a promotion to the " + request.to() + " serves "
                    + serving + ", though " + before.live() + " was live and " + before.ahead() + " ahead");
        }
    }
}
