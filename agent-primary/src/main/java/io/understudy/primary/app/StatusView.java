package io.understudy.primary.app;

import io.understudy.cli.Bytes;
import io.understudy.cli.Problem;
import io.understudy.repository.StoreState;
import io.understudy.time.Moments;
import io.understudy.transport.RefusedPeers.Refusal;
import io.understudy.twoprimaries.GuardView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The result of {@code agent-primary status}:
 *
 * <pre>{@code
 * {"running":true,"site":"example","server":"a.example.net","version":"0.1.0","role":"primary","epoch":1,
 *  "highest_epoch":1,"marker":false,
 *  "newest":"00000001-00000003","moment":"2026-11-20T10:00:00.123456Z","unchanged":null,
 *  "next":"2026-11-20T11:00:00Z",
 *  "progress":{"step":"database","done_bytes":1048576,"total_bytes":4194304},"last_error":{"code":"dump_failed",
 *  "message":"…","hint":"…"},
 *  "followers":[{"name":"standby-1","peer":"b.example.net","connected":true,"last_seen":"…","version":"0.1.0",
 *  "state":"following",
 *  "applied":"00000001-00000003","moment":"…","proven":"00000001-00000003","ahead":"00000001-00000009",
 *  "ahead_moment":"…","step":null,"last_error":null}],
 *  "refused":{"at":"2026-11-20T10:00:05Z","address":"192.0.2.7","why":"it shows no certificate"},
 *  "peers":[{"name":"b.example.net","connected":true,"called":"2026-11-20T10:00:00Z","refused":null}],
 *  "doubled_names":[{"name":"standby-1","seen":"2026-11-20T10:00:10Z"}],
 *  "junk":[{"code":"manifest_damaged","message":"epochs/99999999.json is junk and is passed over: …","hint":"…"}],
 *  "tracking":{"slot":"understudy_example_1a2b3c4d5e6f","retained_bytes":16777216,"limit_bytes":2147483648},
 *  "continuous":{"every_seconds":5.0,"pause_seconds":5.0,"slower":null,"looked":"…","taken":"…"},
 *  "filestore":{"name":"s3://backups/example","readable":true,"seen":"2026-11-20T10:00:20Z","stores":[
 *  {"name":"main","url":"s3://backups/example","reachable":true,"behind":0,"gaps":0,"newest":"00000001-00000003",
 *  "closed":null,"error":null}]},"guard":{"two_primaries":[],"dns":null},
 *  "stopped":{"since":"2026-11-20T10:00:00Z","error":{"code":"command_failed","message":"…","hint":"…"}},
 *  "age":{"moment":"2026-11-20T10:00:00.123456Z","seconds":31,"target_seconds":7200,"over":false}}
 * }</pre>
 *
 * {@code stopped} is there while a snapshot has the site stopped, with an {@code error} where it was not started again.
 * {@code age} is that of the data of the newest snapshot, on a primary. {@code marker} is null where it could not be
 * looked at. {@code unchanged} is when a run of the schedule last found that nothing changed since {@code newest}.
 * {@code role} is {@code primary}, {@code replica}, {@code fenced}, {@code no epoch} or {@code unknown}; an epoch is 0
 * when there is none or it is not known; what is not there is {@code null}. Without a daemon {@code running} is false,
 * and {@code next}, {@code progress}, {@code followers}, {@code refused}, {@code peers} and {@code continuous} are
 * empty. {@code refused} is the last connection that was refused. Without TLS {@code followers} and {@code peers} are
 * empty: callers may be anyone then.
 *
 * <p>More than 300 lines, for it is one answer, and each of its parts is a record of a few lines.
 */
public record StatusView(
        boolean running,
        String site,
        String server,
        String version,
        String role,
        int epoch,
        int highestEpoch,
        Optional<Boolean> marker,
        Optional<String> newest,
        Optional<Instant> moment,
        Optional<Instant> unchanged,
        Optional<Instant> next,
        Optional<Progress> progress,
        Optional<Problem> lastError,
        List<FollowerView> followers,
        Optional<Refusal> refused,
        List<PeerView> peers,
        List<DoubledName> doubledNames,
        List<Problem> junk,
        Optional<TrackingView> tracking,
        Optional<ContinuousView> continuous,
        FilestoreView filestore,
        GuardView guard,
        Optional<StoppedSite> stopped,
        Optional<AgeView> age) {

    /** Of a server that looks at no names, and sees no second primary; without its age. */
    public StatusView(
            boolean running,
            String site,
            String server,
            String version,
            String role,
            int epoch,
            int highestEpoch,
            Optional<Boolean> marker,
            Optional<String> newest,
            Optional<Instant> moment,
            Optional<Instant> unchanged,
            Optional<Instant> next,
            Optional<Progress> progress,
            Optional<Problem> lastError,
            List<FollowerView> followers,
            Optional<Refusal> refused,
            List<PeerView> peers,
            List<DoubledName> doubledNames,
            List<Problem> junk,
            Optional<TrackingView> tracking,
            Optional<ContinuousView> continuous,
            FilestoreView filestore,
            Optional<StoppedSite> stopped) {
        this(
                running,
                site,
                server,
                version,
                role,
                epoch,
                highestEpoch,
                marker,
                newest,
                moment,
                unchanged,
                next,
                progress,
                lastError,
                followers,
                refused,
                peers,
                doubledNames,
                junk,
                tracking,
                continuous,
                filestore,
                GuardView.NONE,
                stopped,
                Optional.empty());
    }

    /**
     * @param retainedBytes of its log that the database server keeps for the slot
     * @param limitBytes above which the slot is dropped
     */
    public record TrackingView(String slot, long retainedBytes, long limitBytes) {}

    /**
     * @param everySeconds as {@code primary.continuous} says
     * @param pauseSeconds between two looks now
     * @param slower why that is more; empty when it is not
     * @param looked when it last looked for changes
     * @param taken when it last committed a continuous snapshot
     */
    public record ContinuousView(
            double everySeconds,
            double pauseSeconds,
            Optional<String> slower,
            Optional<Instant> looked,
            Optional<Instant> taken) {
        String text() {
            return "every " + seconds(everySeconds)
                    + slower.map(why -> ", now every " + seconds(pauseSeconds) + ": " + why)
                            .orElse("")
                    + looked.map(at -> "; last looked at " + Moments.text(at)).orElse("; has not looked yet")
                    + taken.map(at -> ", last taken at " + Moments.text(at)).orElse("");
        }

        private static String seconds(double seconds) {
            return String.format(Locale.ROOT, seconds == Math.rint(seconds) ? "%.0f s" : "%.1f s", seconds);
        }
    }

    public record Progress(String step, long doneBytes, long totalBytes) {}

    /**
     * @param readable when it was last asked
     * @param seen when it last answered: highest epoch, newest snapshot and its moment are of then
     * @param stores each of several, when it was last looked at; empty where there is one
     */
    public record FilestoreView(String name, boolean readable, Optional<Instant> seen, List<StoreState> stores) {
        public FilestoreView(String name, boolean readable, Optional<Instant> seen) {
            this(name, readable, seen, List.of());
        }
    }

    /** The same with what is known of each of several filestores. */
    StatusView with(List<StoreState> stores) {
        return with(new FilestoreView(filestore.name(), filestore.readable(), filestore.seen(), stores), guard, age);
    }

    /** The same with what is known of the other server and of the site's names. */
    StatusView with(GuardView seen) {
        return with(filestore, seen, age);
    }

    StatusView with(List<StoreState> stores, GuardView seen) {
        return with(stores).with(seen);
    }

    /** The same with the age of its data. @param failed whether the last snapshot did */
    StatusView aged(boolean failed, Optional<Duration> target, Instant now) {
        return with(filestore, guard, PrimaryAge.of(this, failed, target).map(each -> AgeView.of(each, now)));
    }

    private StatusView with(FilestoreView otherFilestore, GuardView otherGuard, Optional<AgeView> otherAge) {
        return new StatusView(
                running,
                site,
                server,
                version,
                role,
                epoch,
                highestEpoch,
                marker,
                newest,
                moment,
                unchanged,
                next,
                progress,
                lastError,
                followers,
                refused,
                peers,
                doubledNames,
                junk,
                tracking,
                continuous,
                otherFilestore,
                otherGuard,
                stopped,
                otherAge);
    }

    /**
     * @param peer the name in its certificate that {@code primary.replicas} lists
     * @param lastSeen when it last reported: all else of it is of then
     * @param ahead a newer snapshot that is loaded there and not live
     */
    public record FollowerView(
            String name,
            String peer,
            boolean connected,
            Instant lastSeen,
            String version,
            String state,
            Optional<String> applied,
            Optional<Instant> moment,
            Optional<String> proven,
            Optional<String> ahead,
            Optional<Instant> aheadMoment,
            Optional<String> step,
            Optional<Problem> lastError) {}

    /**
     * What became of a name of {@code primary.replicas} since the agent's start.
     *
     * @param called when it last began to follow
     * @param refused the last caller whose certificate shows this name; it may be a stranger's
     */
    public record PeerView(String name, boolean connected, Optional<Instant> called, Optional<Refusal> refused) {
        /** Whether the last that is known of it is a refusal. */
        boolean isRefused() {
            return !connected
                    && refused.filter(last -> called.filter(last.at()::isBefore).isEmpty())
                            .isPresent();
        }

        String text() {
            String contact = connected
                    ? "connected"
                    : called.map(at -> "last called at " + Moments.text(at))
                            .orElse("has not called since the agent's start");
            return contact
                    + refused.map(last -> "; last refused at " + Moments.text(last.at()) + " from " + last.address()
                                    + ": " + last.why())
                            .orElse("");
        }
    }

    public String text() {
        StringBuilder text = new StringBuilder()
                .append("site       " + site + " on " + server + ", Understudy " + version + "\n")
                .append("agent      " + (running ? "runs" : "does not run") + "\n")
                .append("role       " + role + ", epoch " + (epoch == 0 ? "none" : epoch) + highest() + "\n")
                .append(guard.lines().stream()
                        .map(line -> "%-10s %s\n".formatted(line.name(), line.text()))
                        .collect(Collectors.joining()))
                .append(stopped.map(StoppedSite::lines).orElse(""))
                .append("newest     " + newestText() + "\n")
                .append(age.map(each -> "age        " + each.text() + "\n").orElse(""))
                .append("filestore  " + filestore.name()
                        + (filestore.readable() ? ", the repository can be read" : ", the repository can NOT be read")
                        + asOf() + "\n");
        filestore.stores().forEach(each -> text.append("store      " + each.text() + "\n"));
        next.ifPresent(at -> text.append("next       " + Moments.text(at) + "\n"));
        progress.ifPresent(now -> text.append("at work    " + now.step() + ", " + Bytes.text(now.doneBytes()) + "\n"));
        lastError.ifPresent(why -> text.append("last error " + why.message() + "\nhint       " + why.hint() + "\n"));
        followers.forEach(one -> text.append("replica    " + one.name() + " (" + one.peer() + ")"
                + (one.connected() ? ", connected" : ", last report " + Moments.text(one.lastSeen())) + ", "
                + one.applied().map(id -> "has " + id).orElse("has nothing yet")
                + one.ahead().map(id -> ", ahead " + id).orElse("")
                + one.step().map(step -> ", at " + step).orElse("")
                + one.lastError().map(why -> ", failed: " + why.message()).orElse("") + "\n"));
        peers.stream()
                .filter(one -> !one.connected())
                .forEach(one -> text.append("peer       " + one.name() + " " + one.text() + "\n"));
        refused.ifPresent(last -> text.append("refused    the connection with " + last.address() + " at "
                + Moments.text(last.at()) + ": " + last.why() + "\n"));
        tracking.ifPresent(now -> text.append("tracking   slot " + now.slot() + " keeps "
                + Bytes.text(now.retainedBytes()) + " of the server's log, at most " + Bytes.text(now.limitBytes())
                + "\n"));
        continuous.ifPresent(now -> text.append("continuous " + now.text() + "\n"));
        doubledNames.forEach(
                each -> text.append("wrong      " + each.text() + "\nhint       " + DoubledName.HINT + "\n"));
        junk.forEach(each -> text.append("wrong      " + each.message() + "\nhint       " + each.hint() + "\n"));
        return text.toString();
    }

    private String highest() {
        return filestore.seen().isEmpty()
                ? "; the highest one is not known"
                : ", the highest one is " + (highestEpoch == 0 ? "none" : highestEpoch) + asOf();
    }

    private String newestText() {
        if (filestore.seen().isEmpty()) {
            return "not known: the repository has not been read yet";
        }
        return newest.orElse("no snapshot yet")
                + moment.map(at -> ", data of " + Moments.text(at)).orElse("")
                + unchanged.map(at -> ", unchanged at " + Moments.text(at)).orElse("")
                + asOf();
    }

    private String asOf() {
        return filestore.seen().map(when -> ", as of " + Moments.text(when)).orElse("");
    }
}
