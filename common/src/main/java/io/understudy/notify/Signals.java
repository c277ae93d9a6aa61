package io.understudy.notify;

import io.understudy.config.Occasion;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import java.util.List;
import java.util.Optional;

/** What events mean for people. Quick and thread-safe: asked in the thread in which the event happens. */
@FunctionalInterface
public interface Signals {
    /** The topic of the filestore as a whole; each of several has {@link #filestore} of its own. */
    String FILESTORE = "filestore";

    /** The topic of snapshots on a primary, of imports on a standby: what pings report. */
    String ROUND = "round";

    /** The topic of a second primary. */
    String TWO_PRIMARIES = "two primaries";

    /** The topic of the site's names. */
    String DNS = "dns";

    /** In the order in which they are to be reported; empty: nothing that people want to know. */
    List<Signal> of(Event event);

    /** Those of events that both agents have, and of any event by its severity. */
    static List<Signal> common(Event event) {
        if (event instanceof CommonEvent.FilestoreLost lost) {
            return List.of(Signal.down(filestore(lost.filestore()), Fact.of(event)));
        }
        if (event instanceof CommonEvent.FilestoreFound found) {
            return List.of(Signal.recovered(filestore(found.filestore()), Fact.of(event)));
        }
        if (event instanceof CommonEvent.FilestoreWorks works) {
            return List.of(Signal.recovered(filestore(works.filestore()), Fact.of(event)));
        }
        if (event instanceof CommonEvent.TwoPrimaries two) {
            // Each other place that shows it is news.
            return List.of(new Signal(Occasion.FAILURE, TWO_PRIMARIES, two.signs(), true, false, Fact.of(event)));
        }
        if (event instanceof CommonEvent.OnePrimary) {
            return List.of(Signal.recovered(TWO_PRIMARIES, Fact.of(event)));
        }
        if (event instanceof CommonEvent.DnsDisagrees) {
            return List.of(Signal.impaired(DNS, Fact.of(event)));
        }
        if (event instanceof CommonEvent.DnsAgrees) {
            return List.of(Signal.recovered(DNS, Fact.of(event)));
        }
        if (isOfNotices(event)) {
            return List.of();
        }
        return switch (event.severity()) {
            case ERROR -> List.of(Signal.once(Occasion.FAILURE, Fact.of(event)));
            case WARN -> List.of(Signal.once(Occasion.WARNING, Fact.of(event)));
            case INFO, DEBUG, TRACE -> List.of();
        };
    }

    /** @param name of one of several: what another one does neither opens nor ends its topic */
    private static String filestore(Optional<String> name) {
        return FILESTORE + name.map(each -> " " + each).orElse("");
    }

    /** A notice about a notice would be without an end. */
    private static boolean isOfNotices(Event event) {
        return event instanceof CommonEvent.NoticeFailed
                || event instanceof CommonEvent.NoticeSent
                || event instanceof CommonEvent.ChannelRecovered
                || event instanceof CommonEvent.NoticesGivenUp;
    }
}
