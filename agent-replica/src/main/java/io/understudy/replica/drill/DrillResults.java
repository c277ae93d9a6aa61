package io.understudy.replica.drill;

import io.understudy.replica.drill.DrillReport.Result;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Moments;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** How the last drill ended and when one passed last, for those who ask often. Thread-safe. */
public final class DrillResults {
    private final StateFile<Content> file;

    public DrillResults(Path state) {
        this(StateFile.in(state, StateEntry.DRILL_RESULTS, Content.class));
    }

    DrillResults(StateFile<Content> file) {
        this.file = file;
    }

    /**
     * @param at when it began
     * @param why of one that did not pass
     */
    public record Summary(String id, Instant at, Result result, double seconds, Optional<String> why) {
        static Summary of(DrillReport report) {
            return new Summary(
                    report.id(),
                    report.at(),
                    report.result(),
                    report.seconds(),
                    report.problem().map(each -> each.message()));
        }
    }

    /**
     * The record of the state file.
     *
     * @param last that came to an end, passed or failed
     * @param passed the last one that did
     */
    public record Content(Optional<Summary> last, Optional<Summary> passed) {
        static final Content NONE = new Content(Optional.empty(), Optional.empty());

        /** One line. */
        public String text() {
            String good = passed.map(it -> "passed last at " + Moments.text(it.at())
                            + String.format(Locale.ROOT, ", in %.1f s", it.seconds()))
                    .orElse("none has passed yet");
            return last.filter(it -> it.why().isPresent())
                    .map(it -> "the last one, " + it.id() + ", did not pass; " + good)
                    .orElse(good);
        }
    }

    public Content read() {
        return file.read().orElse(Content.NONE);
    }

    /** One that was given up says nothing. */
    void add(DrillReport report) {
        if (report.result() == Result.ABANDONED) {
            return;
        }
        Summary summary = Summary.of(report);
        file.write(new Content(Optional.of(summary), report.passed() ? Optional.of(summary) : read().passed()));
    }
}
