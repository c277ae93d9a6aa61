package io.understudy.replica.stage;

import io.understudy.bucket.LivePlace;
import io.understudy.exchange.Change;
import io.understudy.exchange.Plan;
import io.understudy.exchange.PlanHeader;
import io.understudy.files.TreeKind;
import io.understudy.replica.assets.PlaceNote;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the place in a bucket that an apply left still holds what it held then. */
public final class OverwrittenPlaces {
    private final Path state;

    /** @param state folder of durable state */
    public OverwrittenPlaces(Path state) {
        this.state = state;
    }

    /**
     * @param file the plan of one tree
     * @return the tree's name, where its apply exchanged the place and the one before was written to since, or may have
     *     been
     */
    public Optional<String> of(Path file) {
        try (Plan plan = Plan.open(file)) {
            PlanHeader header = plan.header();
            if (header.kind() != TreeKind.BUCKET || !exchanges(plan)) {
                return Optional.empty();
            }
            // An import writes to the place that is not live; what was written last is live, or holds newer objects.
            // Where the note is lost, nothing says which of the two was.
            Optional<String> written = new PlaceNote(state, header.tree()).read();
            boolean kept = written.isPresent() && written.equals(LivePlace.url(header.folder()));
            return kept ? Optional.empty() : Optional.of(header.tree());
        }
    }

    private static boolean exchanges(Plan plan) {
        for (int i = 0; i < plan.size(); i++) {
            if (plan.change(i) instanceof Change.Put put
                    && put.path().toString().equals(LivePlace.URL)) {
                return true;
            }
        }
        return false;
    }
}
