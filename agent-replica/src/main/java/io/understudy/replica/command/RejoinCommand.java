package io.understudy.replica.command;

import io.understudy.audit.Caller;
import io.understudy.config.Settings;
import io.understudy.replica.app.RejoinWiring;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.kept.GonePart;
import io.understudy.replica.prepare.Preparation;
import io.understudy.replica.prepare.Rejoin;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rejoin",
        description = {
            "Makes an old primary a standby of the server that was promoted after it: stops its site, saves what",
            "it never shipped as an orphan, and writes the marker."
        })
final class RejoinCommand extends ReplicaCommand {
    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(names = "--site-stopped", description = "The site is stopped; where service.stop is not set.")
    private boolean siteStopped;

    @Option(names = "--without-orphan", description = "Save nothing of what was never shipped.")
    private boolean withoutOrphan;

    @Option(
            names = "--accept-empty",
            paramLabel = "TREE",
            description = "Save it although this tree is empty or on another disk, or has no tables where TREE is"
                    + " \"database\". May be given several times.")
    private Set<String> acceptEmpty = Set.of();

    /**
     * What {@code rejoin} prints with {@code --json}.
     *
     * @param created false when this server was a standby before
     * @param orphan what was saved; null where nothing was
     * @param existed whether an earlier run saved it
     * @param shipped the last snapshot that this server shipped as the primary; null where none is left
     * @param nothing why nothing could be saved; null otherwise
     * @param missing parts that are not kept; the orphan has them as the last snapshot, where that is still there
     * @param earlier what was kept of earlier times in which this server was the primary, oldest first
     */
    record Rejoined(
            String site,
            boolean created,
            Optional<SnapshotId> orphan,
            boolean existed,
            Optional<SnapshotId> shipped,
            Optional<String> nothing,
            List<GonePart> missing,
            List<Earlier> earlier) {
        /** @param orphan null where nothing was saved @param nothing why; null otherwise */
        record Earlier(Optional<SnapshotId> orphan, boolean existed, Optional<String> nothing, List<GonePart> missing) {
            static Earlier of(Result result) {
                return new Earlier(
                        result.saved().flatMap(Saved::orphan),
                        result.saved().filter(Saved::existed).isPresent(),
                        result.why(),
                        result.missing());
            }

            List<String> lines() {
                List<String> lines = new ArrayList<>();
                nothing.ifPresent(why -> lines.add("nothing was saved " + why));
                orphan.ifPresent(id -> {
                    lines.add("what it had of an earlier time as the primary is orphan " + id
                            + (existed ? " (saved before)" : ""));
                    lines.addAll(warnings(missing));
                });
                if (nothing.isEmpty() && orphan.isEmpty()) {
                    lines.add("of an earlier time as the primary nothing differs from the last snapshot");
                }
                return lines;
            }
        }

        static Rejoined of(String site, boolean already, Result result) {
            return new Rejoined(
                    site,
                    !already,
                    result.saved().flatMap(Saved::orphan),
                    result.saved().filter(Saved::existed).isPresent(),
                    result.saved().flatMap(Saved::shipped),
                    result.why(),
                    result.missing(),
                    result.earlier().stream().map(Earlier::of).toList());
        }

        private static List<String> warnings(List<GonePart> missing) {
            return missing.stream()
                    .map(part -> "warning: "
                            + (part.stays()
                                    ? "what " + part.part()
                                            + " had is not in the orphan: where an import replaced it, it lies next"
                                            + " to it for its owner (docs/other-databases.md)"
                                    : part.part() + " is not kept")
                            + "; the orphan has it as the last snapshot, where that is still there")
                    .toList();
        }

        String text() {
            List<String> lines = new ArrayList<>();
            earlier.forEach(each -> lines.addAll(each.lines()));
            nothing.ifPresent(why -> lines.add("nothing was saved: " + why));
            orphan.ifPresent(id -> {
                lines.add("what this server never shipped is orphan " + id + (existed ? " (saved before)" : ""));
                lines.addAll(warnings(missing));
                lines.add("next: agent-replica orphans show " + id);
            });
            if (nothing.isEmpty() && orphan.isEmpty()) {
                lines.add("nothing to save: nothing differs from "
                        + shipped.map(SnapshotId::toString).orElse("the last snapshot"));
            }
            lines.add("this server is a standby " + (created ? "now" : "already"));
            lines.add("next: start agent-replica run, or restart it");
            return String.join("\n", lines);
        }
    }

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        boolean already = wiring.marker().on();
        Rejoin rejoin = RejoinWiring.of(wiring, config());
        Optional<String> nothing = rejoin.nothingToSave();
        Preparation preparation = wiring.preparation();
        preparation.createKey();
        if (!already) {
            rejoin.requireReady().forEach(each -> cli.say("warning: " + each.message() + "\nhint: " + each.hint()));
            cli.confirm(
                    nothing.map(why -> "Nothing can be saved: " + why + ". ").orElse("")
                            + "Stop the site here, "
                            + (nothing.isPresent() || withoutOrphan ? "save nothing" : "save what it never shipped")
                            + ", and make this server a standby?",
                    yes);
        }
        Result[] result = new Result[1];
        cli.interruptible(() -> result[0] = wiring.access()
                .audit()
                .around(
                        Caller.ofThisProcess(),
                        "rejoin",
                        "",
                        () -> rejoin.run(new Request(siteStopped, withoutOrphan, acceptEmpty))));
        Rejoined done = Rejoined.of(settings.site(), already, result[0]);
        cli.print(done, done::text);
        return 0;
    }

    private List<String> config() {
        List<String> arguments =
                new ArrayList<>(List.of("--config", absolute(cli.choice().config())));
        cli.choice().site().ifPresent(site -> arguments.addAll(List.of("--site", site)));
        return arguments;
    }

    private static String absolute(Path config) {
        return config.toAbsolutePath().toString();
    }
}
