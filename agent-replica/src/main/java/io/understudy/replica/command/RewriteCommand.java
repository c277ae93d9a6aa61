package io.understudy.replica.command;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.rewrite.FileDiff;
import io.understudy.replica.stage.RewritePreview;
import io.understudy.replica.stage.RewritePreview.Preview;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code rewrite}. Each import applies the rules; this shows what they do. */
@Command(
        name = "rewrite",
        description = "Shows what the rules of this server (rewrite) make of a snapshot's files. Changes nothing.")
final class RewriteCommand extends ReplicaCommand {
    @Parameters(
            paramLabel = "ID",
            arity = "0..1",
            description = "The snapshot: " + SnapshotName.FORMS + "; default: latest.")
    private String id;

    @Option(names = "--dry-run", description = "Show the difference of each file; there is no other way to run it.")
    private boolean dryRun;

    /**
     * What {@code rewrite --dry-run} prints with {@code --json}.
     *
     * @param unmatched each rule, or text of one, that has no effect
     * @param left names of the trees that no import changes
     * @param maintenance the file that an import leaves out, as the snapshot was taken in maintenance mode
     */
    record Result(
            SnapshotId snapshot,
            List<File> files,
            List<String> unmatched,
            List<String> left,
            Optional<String> maintenance) {
        /**
         * @param rules numbers of the rules that change it
         * @param fresh whether the snapshot has none at its path
         * @param diff as {@code diff -u} writes it; null in JSON where the content is secret or no text
         */
        record File(String tree, String path, List<Integer> rules, boolean fresh, Optional<String> diff) {
            static File of(FileDiff each) {
                return new File(
                        each.rewritten().tree(),
                        each.rewritten().path(),
                        each.rewritten().rules(),
                        each.fresh(),
                        each.diff());
            }
        }

        static Result of(SnapshotId snapshot, Preview preview) {
            return new Result(
                    snapshot,
                    preview.files().stream().map(File::of).toList(),
                    preview.report().unmatched(),
                    preview.report().left(),
                    preview.report().maintenance());
        }
    }

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        if (!dryRun) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "rewrite needs --dry-run: the rules are applied by each import",
                    "agent-replica rewrite --dry-run shows what they do; agent-replica restore ID imports a snapshot again");
        }
        SnapshotReader reader = ReplicaCli.reader(wiring);
        SnapshotId snapshot = cli.find(id == null ? SnapshotName.LATEST : id, reader);
        cli.held(reader, List.of(snapshot), () -> {
            SnapshotReader.Opened opened = reader.open(snapshot);
            Preview preview = new RewritePreview(settings).of(opened.manifest(), opened.blobs());
            cli.print(Result.of(snapshot, preview), () -> text(snapshot, preview));
        });
        return 0;
    }

    private static String text(SnapshotId snapshot, Preview preview) {
        boolean same =
                preview.files().isEmpty() && preview.report().maintenance().isEmpty();
        String none = same ? "no file of " + snapshot + " is rewritten on this server" : "";
        return Stream.of(
                        Stream.of(none).filter(line -> !line.isEmpty()),
                        preview.files().stream().map(FileDiff::text),
                        preview.report().unmatched().stream().map(each -> "no effect: " + each),
                        preview.report().maintenance().stream()
                                .map(each -> "left out: " + each + ", for the site was in maintenance mode"),
                        preview.report().left().stream().map(each -> "left as it is: tree " + each + " (apply: never)"))
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n"));
    }
}
