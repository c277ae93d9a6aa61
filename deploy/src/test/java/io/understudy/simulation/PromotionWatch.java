package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.DatabaseVersion;

/** Watches promise 5 in promotions: they serve the newest that there is, or what was proven. */
final class PromotionWatch {
    private final Run run;
    private final ServerViews views;

    PromotionWatch(Run run, ServerViews views) {
        this.run = run;
        this.views = views;
    }

    /** What is about to be promoted, and when. */
    record BeforePromotion(String state, String live, String ahead, boolean marked, long at) {}

    BeforePromotion promoting(Server server) {
        JsonNode record = server.record();
        return new BeforePromotion(
                record.at("/state/kind").asText(),
                record.at("/state/current/snapshot").asText(""),
                record.at("/ahead/snapshot").asText(""),
                server.marked(),
                run.now());
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
        if (!judged || serving.equals(before.live()) && before.ahead().isEmpty()) {
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
