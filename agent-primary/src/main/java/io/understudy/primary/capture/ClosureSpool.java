package io.understudy.primary.capture;

import io.understudy.config.ClosureRule;
import io.understudy.files.AtomicFiles;
import io.understudy.files.TreeEntry;
import io.understudy.primary.capture.database.NamedFiles;
import io.understudy.repository.ClosureData;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.state.StateEntry;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Keeps what the rows of a moment name on the local disk until the trees are read: the database's moment is not kept
 * open for them. A query may name {@link #LONGEST} bytes. Close it: the files go.
 */
final class ClosureSpool implements NamedFiles, AutoCloseable {
    /** Of all names of a query, in COPY's text. */
    private static final long LONGEST = 1L << 30;

    private final Path folder;
    private final List<ClosureRule> rules;
    private final String purpose;
    private final Map<ClosureRule, String> failed = new HashMap<>();

    /**
     * @param state the agents' state folder
     * @param purpose in the names of files: what runs at the same time has another one
     */
    ClosureSpool(Path state, List<ClosureRule> rules, String purpose) {
        this.folder = StateEntry.CAPTURE.in(state);
        this.rules = rules;
        this.purpose = purpose;
    }

    @Override
    public List<ClosureRule> rules() {
        return rules;
    }

    @Override
    public OutputStream open(ClosureRule rule) throws IOException {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        Files.deleteIfExists(file(rule));
        failed.remove(rule);
        return new Limited(new BufferedOutputStream(AtomicFiles.openPrivate(file(rule)), 1 << 16));
    }

    @Override
    public void failed(ClosureRule rule, String why) {
        failed.put(rule, why);
    }

    private Path file(ClosureRule rule) {
        return folder.resolve("closure-" + purpose + "-" + rules.indexOf(rule) + ".names");
    }

    /**
     * @param trees of the snapshot
     * @param entries gives those of a tree as it was read last
     * @return for each rule what is missing, or why that is not known
     */
    List<ClosureData> compare(List<TreeData> trees, Function<TreeData, Stream<IndexEntry>> entries) {
        List<ClosureData> all = new ArrayList<>();
        for (ClosureRule rule : rules) {
            all.add(compare(rule, trees, entries));
        }
        return all;
    }

    private ClosureData compare(
            ClosureRule rule, List<TreeData> trees, Function<TreeData, Stream<IndexEntry>> entries) {
        Optional<TreeData> tree =
                trees.stream().filter(each -> each.name().equals(rule.tree())).findFirst();
        if (tree.isEmpty()) {
            return ClosureData.unknown(rule.tree(), rule.query(), "the tree is not in the snapshot");
        }
        if (why(rule).isPresent()) {
            return ClosureData.unknown(rule.tree(), rule.query(), why(rule).get());
        }
        PathSet.Builder files = new PathSet.Builder();
        try (Stream<IndexEntry> there = entries.apply(tree.get())) {
            boolean fits = there.map(IndexEntry::entry)
                    .filter(entry -> !(entry instanceof TreeEntry.Folder))
                    .allMatch(entry -> files.add(entry.path().bytes()));
            return fits ? compare(rule, files.build()) : tooMany(rule);
        }
    }

    /** @param files of the tree */
    ClosureData compare(ClosureRule rule, PathSet files) {
        if (why(rule).isPresent()) {
            return ClosureData.unknown(rule.tree(), rule.query(), why(rule).get());
        }
        try (InputStream names = names(rule)) {
            return new NamesCheck(files).of(rule, names);
        } catch (IOException e) {
            return ClosureData.unknown(rule.tree(), rule.query(), "its names cannot be read: " + e.getMessage());
        }
    }

    ClosureData tooMany(ClosureRule rule) {
        return ClosureData.unknown(rule.tree(), rule.query(), "the tree has more than " + PathSet.MOST + " files");
    }

    /** What the query gave. Close it. */
    InputStream names(ClosureRule rule) throws IOException {
        return new BufferedInputStream(Files.newInputStream(file(rule)), 1 << 16);
    }

    /** Why there is no answer. */
    private Optional<String> why(ClosureRule rule) {
        return Optional.ofNullable(failed.get(rule))
                .or(() -> Files.exists(file(rule))
                        ? Optional.empty()
                        : Optional.of("the database was not read for this snapshot"));
    }

    @Override
    public void close() {
        rules.forEach(rule -> AtomicFiles.delete(file(rule)));
    }

    private static final class Limited extends FilterOutputStream {
        private long written;

        Limited(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            written += length;
            if (written > LONGEST) {
                throw new IOException("it names more than " + LONGEST + " bytes");
            }
            out.write(bytes, offset, length);
        }
    }
}
