package io.understudy.browse;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeEntry;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.tree.FileInput;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.setup.SnapshotName;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code cat} of both agents. */
@Command(name = "cat", description = "Writes the bytes of a file of a snapshot to standard output.")
public final class CatCommand extends BrowseCommand {
    private static final int BUFFER = 1 << 16;

    @Parameters(index = "0", paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Parameters(index = "1", paramLabel = "PATH", description = "TREE/path/in/tree, as ls shows it.")
    private String path;

    @Override
    void run(Settings settings, SnapshotReader reader) {
        PathName wanted = PathName.parse(path, settings.trees());
        SnapshotId snapshot = cli.find(id, reader);
        cli.held(reader, List.of(snapshot), () -> write(wanted, reader.open(snapshot)));
    }

    private void write(PathName wanted, SnapshotReader.Opened opened) {
        IndexEntry entry = new SnapshotFiles(opened).entry(wanted);
        requireFile(wanted, entry.entry());
        WholeBlobs blobs = new WholeBlobs(opened.blobs());
        cli.write(out -> copy(entry, blobs, out));
    }

    private static void requireFile(PathName wanted, TreeEntry entry) {
        if (entry instanceof TreeEntry.Folder) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot write \"" + wanted + "\" to standard output: it is a folder",
                    "ls shows what it holds; restore --to FOLDER --path brings it back");
        }
        if (entry instanceof TreeEntry.Link link) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot write \"" + wanted + "\" to standard output: it is a link to " + link.target(),
                    "name the file that it points to, where that is in the snapshot");
        }
    }

    private static void copy(IndexEntry entry, WholeBlobs blobs, OutputStream out) {
        try (FileInput in = FileInput.open(entry, blobs::content, blobs)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
