package io.understudy.diff;

import io.understudy.browse.SnapshotCommands;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.NearestName;
import io.understudy.diff.SnapshotDiff.Difference;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.ServerEncoding;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.digest.RowDifference;
import io.understudy.setup.SnapshotName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "diff",
        description = {
            "Compares two snapshots: how many rows of each table and paths of each tree went and came,",
            "which sequences and settings of the database changed."
        })
public final class DiffCommand implements Callable<Integer> {
    @ParentCommand
    private SnapshotCommands parent;

    private SnapshotProgram cli;

    @Parameters(index = "0", paramLabel = "A", description = "The older snapshot: " + SnapshotName.FORMS + ".")
    private String from;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "B",
            defaultValue = SnapshotName.LATEST,
            description = "The newer one. Default: ${DEFAULT-VALUE}")
    private String to;

    @Option(
            names = "--rows",
            paramLabel = "TABLE",
            description = "The rows of this table, schema.name, that went (-) and came (+), as COPY writes them.")
    private String table;

    @Option(
            names = "--files",
            description = "The paths that went (-), came (+), have other content (M) or other attributes (U).")
    private boolean files;

    /** What comes before the paths with {@code --json}. */
    private record Ends(SnapshotId from, SnapshotId to) {}

    /** What comes before the rows with {@code --json}. */
    private record Head(SnapshotId from, SnapshotId to, String table) {}

    @Override
    public Integer call() {
        cli = parent.program();
        return parent.comparing(cli.settings(), this::diff);
    }

    private int diff(SnapshotReader reader) {
        List<SnapshotId> ends = List.of(cli.find(from, reader), cli.find(to, reader));
        cli.held(reader, ends, () -> diff(reader.open(ends.get(0)), reader.open(ends.get(1))));
        return 0;
    }

    private void diff(Opened first, Opened second) {
        SnapshotDiff diff = new SnapshotDiff(first, second);
        if (files) {
            paths(first, second);
            return;
        }
        if (table != null) {
            rows(diff, first, second);
            return;
        }
        print(cli, first, second);
    }

    /** How many rows and paths differ. */
    public static void print(SnapshotProgram cli, Opened first, Opened second) {
        Difference difference;
        try (ProgressDisplay progress = cli.progress()) {
            difference = new SnapshotDiff(first, second).compare(progress);
        }
        cli.print(difference, difference::text);
    }

    private void paths(Opened first, Opened second) {
        if (table != null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--files and --rows exclude each other",
                    "give one of them, or neither for counts");
        }
        try (ChangedPaths paths = new ChangedPaths(first, second)) {
            cli.printEach(
                    new Ends(first.manifest().snapshot(), second.manifest().snapshot()),
                    "paths",
                    paths,
                    ChangedPath::text);
        }
    }

    private void rows(SnapshotDiff diff, Opened first, Opened second) {
        TableData before = require(diff, first);
        TableData after = require(diff, second);
        if (!SnapshotDiff.sameColumns(before, after)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot compare the rows of " + table
                            + ": it has other columns or another key in the other snapshot",
                    "dump it of both snapshots: dump ID --table " + table + " --data-only");
        }
        Charset charset =
                ServerEncoding.charset(second.manifest().database().properties().encoding());
        try (RowsOfTwo rows = new RowsOfTwo(first.blobs(), second.blobs())) {
            RowDifference.Result result = rows.between(before, after).orElseThrow(this::tooLong);
            cli.printEach(
                    new Head(first.manifest().snapshot(), second.manifest().snapshot(), SnapshotDiff.name(after)),
                    "rows",
                    ChangedRows.of(result, after.columns(), charset),
                    ChangedRow::text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private UnderstudyException tooLong() {
        return new UnderstudyException(
                ErrorCode.FILE_UNSUPPORTED,
                "cannot compare the rows of " + table + ": one of them is longer than 32 MiB",
                "dump it of both snapshots: dump ID --table " + table + " --data-only");
    }

    private TableData require(SnapshotDiff diff, Opened snapshot) {
        String name = table.contains(".") ? table : "public." + table;
        Optional<TableData> found = diff.table(snapshot, name);
        return found.orElseThrow(() -> new UnderstudyException(
                ErrorCode.USAGE,
                "cannot find table " + name + ": snapshot "
                        + snapshot.manifest().snapshot() + " has none of this name",
                NearestName.of(name, diff.names())
                        .filter(near -> !near.equals(name))
                        .map(near -> "did you mean " + near + "?")
                        .orElse("name it as diff does: schema.name")));
    }
}
