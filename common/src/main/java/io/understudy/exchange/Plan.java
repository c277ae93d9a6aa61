package io.understudy.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.FileFailure;
import io.understudy.files.RawPaths;
import io.understudy.files.SafePath;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * All changes that a snapshot makes to one tree, on disk. The first line is the {@link PlanHeader}, the last one holds
 * the SHA-256 of all before it, so that a truncated plan is no plan. The lines between:
 *
 * <pre>{@code
 * {"put":{…a line of the index…}}
 * {"remove":{"path":"old",…}}
 * {"attributes":{"path":"folder","mode":"0755",…},"was":{"path":"folder","mode":"0700",…}}
 * }</pre>
 *
 * A folder's {@code put} comes before those of what it holds, its {@code attributes} after. Reading holds eight bytes a
 * line. Not thread-safe.
 */
public final class Plan implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Attributes NONE = new Attributes(0, Instant.EPOCH, "0", "0");

    private final Path file;
    private final RandomAccessFile lines;
    private final PlanHeader header;
    private long[] starts = new long[64];
    private int count;

    private Plan(Path file, RandomAccessFile lines) throws IOException {
        this.file = file;
        this.lines = lines;
        scan();
        this.header = JSON.readValue(line(0), PlanHeader.class);
        if (header == null) {
            throw new IOException("its first line says nothing");
        }
        if (header.format() != PlanHeader.FORMAT) {
            throw new UnderstudyException(
                    ErrorCode.STATE_DAMAGED,
                    "cannot read the plan " + RawPaths.printable(file) + ": its format is " + header.format(),
                    header.format() > PlanHeader.FORMAT
                            ? "upgrade Understudy on this server: a later version wrote it"
                            : "an earlier version wrote it: let that version finish what it began, then upgrade again");
        }
        if (!header.isWhole()) {
            throw new IOException("its first line lacks something");
        }
    }

    /** @throws UnderstudyException {@code STATE_DAMAGED} when it is not whole */
    public static Plan open(Path file) {
        try {
            RandomAccessFile lines = new RandomAccessFile(file.toFile(), "r");
            try {
                return new Plan(file, lines);
            } catch (IOException | RuntimeException e) {
                lines.close();
                throw e;
            }
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    /**
     * The tree of a plan, of which only that is asked: empty where its folder is gone, or the plan is damaged.
     *
     * @throws UnderstudyException {@code FILE_*} where it cannot be read
     */
    public static Optional<TreeRoot> tree(Path file) {
        try (Plan plan = open(file)) {
            return Optional.of(plan.header().folder())
                    .filter(Files::isDirectory)
                    .map(TreeRoot::of);
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.STATE_DAMAGED) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** It takes its place when it is committed. */
    public static Writer write(Path file, PlanHeader header) throws IOException {
        Writer writer = new Writer(AtomicFiles.draft(file, AtomicFiles.PRIVATE));
        writer.line(JSON.valueToTree(header));
        return writer;
    }

    public PlanHeader header() {
        return header;
    }

    /** How many changes there are. */
    public int size() {
        return count - 1;
    }

    public Change change(int number) {
        try {
            return decode(JSON.readTree(line(number + 1)));
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw FileFailure.of("close", file, e);
        }
    }

    private static Change decode(JsonNode line) throws IOException {
        if (line.has("put")) {
            return new Change.Put(TreeIndex.fromJson(line.get("put")));
        }
        if (line.has("remove")) {
            return new Change.Remove(
                    TreeIndex.fromJson(line.get("remove")).entry().path());
        }
        if (!line.has("attributes")) {
            throw new IOException("a line of it is no change");
        }
        Optional<Attributes> was = Optional.ofNullable(line.get("was"))
                .map(w -> TreeIndex.fromJson(w).entry().attributes());
        return new Change.SetAttributes(
                TreeIndex.fromJson(line.get("attributes")).entry(), was);
    }

    private static ObjectNode encode(Change change) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        if (change instanceof Change.Put put) {
            line.set("put", TreeIndex.toJson(put.entry()));
        } else if (change instanceof Change.Remove remove) {
            line.set("remove", folder(remove.path(), NONE));
        } else if (change instanceof Change.SetAttributes set) {
            line.set("attributes", asFolder(set.fresh()));
            set.was().ifPresent(was -> line.set("was", folder(set.path(), was)));
        }
        return line;
    }

    /** Only type, path and attributes matter, so a file is written as a folder, which has no content. */
    private static JsonNode asFolder(TreeEntry entry) {
        return entry instanceof TreeEntry.Link
                ? TreeIndex.toJson(IndexEntry.of(entry))
                : folder(entry.path(), entry.attributes());
    }

    private static JsonNode folder(SafePath path, Attributes attributes) {
        return TreeIndex.toJson(IndexEntry.of(new TreeEntry.Folder(path, attributes)));
    }

    /** Finds the lines and checks the last one. */
    private void scan() throws IOException {
        MessageDigest digest = Sha256.digest();
        long at = 0;
        long lineStart = 0;
        ByteLine last = new ByteLine();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    last.add(buffer[i]);
                    if (buffer[i] == '\n') {
                        add(lineStart);
                        lineStart = at + i + 1;
                        last.end(digest);
                    }
                }
                at += n;
            }
        }
        String end = "{\"sha256\":\"" + ContentHash.of(digest.digest()).hex() + "\"}\n";
        if (count < 2 || lineStart != at || !last.is(end)) {
            throw new IOException("it is truncated");
        }
        count--;
        starts[count] = at - end.length();
    }

    private void add(long start) {
        if (count + 1 >= starts.length) {
            starts = Arrays.copyOf(starts, starts.length * 2);
        }
        starts[count++] = start;
    }

    private byte[] line(int number) throws IOException {
        byte[] line = new byte[Math.toIntExact(starts[number + 1] - starts[number])];
        lines.seek(starts[number]);
        lines.readFully(line);
        return line;
    }

    private static UnderstudyException damaged(Path file, IOException cause) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot read the plan " + RawPaths.printable(file) + ": " + FileFailure.reason(cause),
                "check the disk, then import the snapshot again with agent-replica restore ID, or restore its files again with"
                        + " restore ID --to live",
                cause);
    }

    /** Feeds a digest with every line but the last, which it keeps. */
    private static final class ByteLine {
        private byte[] current = new byte[1024];
        private int length;
        private byte[] ended = new byte[0];

        void add(byte b) {
            if (length == current.length) {
                current = Arrays.copyOf(current, length * 2);
            }
            current[length++] = b;
        }

        void end(MessageDigest digest) {
            digest.update(ended);
            ended = Arrays.copyOf(current, length);
            length = 0;
        }

        boolean is(String text) {
            return Arrays.equals(ended, text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Closing without {@link #commit} leaves nothing. */
    public static final class Writer implements AutoCloseable {
        private final AtomicFiles.Draft draft;
        private final OutputStream out;
        private final MessageDigest digest = Sha256.digest();

        private Writer(AtomicFiles.Draft draft) {
            this.draft = draft;
            this.out = new BufferedOutputStream(draft.out(), 1 << 16);
        }

        public void add(Change change) throws IOException {
            line(encode(change));
        }

        public void commit() throws IOException {
            String end = "{\"sha256\":\"" + ContentHash.of(digest.digest()).hex() + "\"}\n";
            out.write(end.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            draft.commit();
        }

        private void line(JsonNode json) throws IOException {
            byte[] line = (json + "\n").getBytes(StandardCharsets.UTF_8);
            digest.update(line);
            out.write(line);
        }

        @Override
        public void close() throws IOException {
            draft.close();
        }
    }
}
