package io.understudy.repository.tree;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.JsonLines;
import io.understudy.repository.blob.StreamRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;

/**
 * The index of a tree: JSON lines in the order of {@link SafePath}, each folder before what it holds, the root
 * ({@code "."}) first.
 *
 * <pre>{@code
 * {"path":".","type":"folder","mode":"0755","mtime":"2026-11-20T11:00:00Z","owner":"www-data","group":"www-data"}
 * {"path":"a.jpg","type":"file","mode":"0644","mtime":"…","owner":"…","group":"…","size":3,"sha256":"…",
 *  "pack":{"id":"…","bytes":16777216,"stored":9000000},"offset":512}
 * {"path":"big.mp4","type":"file",…,"size":9000000,"sha256":"…","blobs":[{"id":"…","bytes":4200000,
 *  "stored":4100000},…]}
 * {"path":"latest","type":"link",…,"target":"a.jpg"}
 * }</pre>
 *
 * Equal trees have equal indexes, byte by byte.
 */
public final class TreeIndex {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String WHAT = "a tree's index";

    private TreeIndex() {}

    /**
     * The entries one after the other; nothing else is held. The order is checked, and that every entry lies in a
     * folder that the index holds: so no path leads through a link or a file. Authentic when it has come to its end.
     * Close it.
     *
     * @throws UnderstudyException while it is consumed: {@code UNSAFE_PATH}, {@code MANIFEST_DAMAGED}, {@code BLOB_*}
     */
    public static Stream<IndexEntry> read(StreamRef index, BlobSource source) {
        return JsonLines.read(WHAT, JsonLines.FORMAT, index, source, new Lines()::read).stream();
    }

    /** The entries of some lines of an index: that they come in order is all that is checked of their places. */
    public static Stream<IndexEntry> readSome(StreamRef lines, BlobSource source) {
        Lines some = new Lines();
        return JsonLines.read(WHAT, JsonLines.FORMAT, lines, source, some::readAlone).stream();
    }

    /** As {@link #read(StreamRef, BlobSource)}, of the index itself. */
    public static Stream<IndexEntry> read(InputStream in) {
        return JsonLines.read(WHAT, in, new Lines()::read).stream();
    }

    /** Writes one line. Entries must come in order. */
    public static void write(IndexEntry entry, OutputStream out) throws IOException {
        IndexLine line = IndexLine.of(entry);
        JsonLines.write(out, json -> IndexJson.write(line, json));
    }

    /** One line as a JSON tree, to be part of another document. */
    public static JsonNode toJson(IndexEntry entry) {
        try (TokenBuffer json = new TokenBuffer(MAPPER, false)) {
            IndexJson.write(IndexLine.of(entry), json);
            return MAPPER.readTree(json.asParser());
        } catch (IOException e) {
            throw new IllegalStateException("a line is written to memory", e);
        }
    }

    /**
     * The entry of a line; nothing is said about the lines around it.
     *
     * @throws UnderstudyException {@code UNSAFE_PATH}, {@code MANIFEST_DAMAGED}
     */
    public static IndexEntry fromJson(JsonNode line) {
        try (JsonParser json = MAPPER.treeAsTokens(line)) {
            json.nextToken();
            return new IndexJson().read(json).toEntry();
        } catch (IOException e) {
            throw JsonLines.damaged(WHAT, e);
        }
    }

    /** The lines of one index: each must come where it belongs. */
    private static final class Lines {
        private final IndexJson json = new IndexJson();
        private final Deque<SafePath> folders = new ArrayDeque<>();
        private SafePath last;

        private IndexEntry read(JsonParser in) throws IOException {
            IndexEntry entry = json.read(in).toEntry();
            check(entry.entry());
            return entry;
        }

        private IndexEntry readAlone(JsonParser in) throws IOException {
            IndexEntry entry = json.read(in).toEntry();
            checkOrder(entry.entry().path());
            return entry;
        }

        private void checkOrder(SafePath path) {
            if (last != null && last.compareTo(path) >= 0) {
                throw unsafe(path, last.equals(path) ? "the index names it twice" : "the index is not sorted");
            }
            last = path;
        }

        private void check(TreeEntry entry) {
            SafePath path = entry.path();
            checkOrder(path);
            while (!folders.isEmpty() && !path.isBeneath(folders.peek())) {
                folders.pop();
            }
            if (!path.isRoot() && (folders.isEmpty() || !folders.peek().equals(path.parent()))) {
                throw unsafe(path, "its parent is not a folder in the index");
            }
            if (entry instanceof TreeEntry.Folder) {
                folders.push(path);
            }
        }

        private static UnderstudyException unsafe(SafePath path, String why) {
            return new UnderstudyException(
                    ErrorCode.UNSAFE_PATH,
                    "cannot use the path \"" + path + "\": " + why,
                    "find out who made the snapshot: no agent writes such a path");
        }
    }
}
