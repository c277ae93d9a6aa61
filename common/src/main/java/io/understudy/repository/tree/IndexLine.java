package io.understudy.repository.tree;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.LinkTarget;
import io.understudy.files.RawPaths;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The fields of an {@link IndexEntry} as JSON has them, in their order; what a line does not hold is null. Names that
 * are not UTF-8 are in base64, under {@code path64} and {@code target64}.
 */
final class IndexLine {
    private static final String ROOT = ".";
    private static final Set<String> TYPES = Set.of("file", "folder", "link");

    String path;
    String path64;
    String type;
    String mode;
    String mtime;
    String owner;
    String group;
    Long size;
    String sha256;
    String target;
    String target64;
    BlobRef pack;
    List<BlobRef> more;
    Long offset;
    Long rest;
    List<BlobRef> blobs;
    StreamRef list;

    static IndexLine of(IndexEntry line) {
        TreeEntry entry = line.entry();
        Attributes attributes = entry.attributes();
        byte[] path = entry.path().bytes();
        Optional<String> text = entry.path().isRoot() ? Optional.of(ROOT) : RawPaths.utf8(path);
        IndexLine made = new IndexLine();
        made.path = text.orElse(null);
        made.path64 = text.isPresent() ? null : base64(path);
        made.type = entry.type();
        made.mode = octal(attributes.mode());
        made.mtime = attributes.modified().toString();
        made.owner = attributes.owner();
        made.group = attributes.group();
        if (entry instanceof TreeEntry.File file) {
            made.size = file.size();
            made.sha256 = file.hash().hex();
        } else if (entry instanceof TreeEntry.Link link) {
            byte[] target = link.target().bytes();
            made.target = RawPaths.utf8(target).orElse(null);
            made.target64 = made.target == null ? base64(target) : null;
        }
        line.content().ifPresent(made::set);
        if (line.content().orElse(null) instanceof FileContent.Split split) {
            made.rest = made.size - split.stream().bytes();
        }
        return made;
    }

    private void set(FileContent content) {
        if (!(content instanceof FileContent.Packed)) {
            blobs = content.stream().direct();
            list = content.stream().list();
        }
        if (content.packed().isPresent()) {
            FileContent.Packed packed = content.packed().get();
            pack = packed.pack();
            more = packed.more().isEmpty() ? null : packed.more();
            offset = packed.offset();
        }
    }

    /**
     * @throws UnderstudyException {@code UNSAFE_PATH} for what must not be written to a disk, {@code MANIFEST_DAMAGED}
     *     for what is no line of an index
     */
    IndexEntry toEntry() {
        SafePath where = safePath();
        if (type == null || !TYPES.contains(type)) {
            throw new UnderstudyException(
                    ErrorCode.UNSAFE_PATH,
                    "cannot use the path \"" + where + "\": it is a " + type + ", not a file, folder or link",
                    "find out who made the snapshot: no agent of this version writes such a path");
        }
        try {
            return toEntry(where);
        } catch (IllegalArgumentException | NullPointerException | DateTimeException e) {
            String why = e instanceof NullPointerException ? "a field is missing" : e.getMessage();
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot read the index at \"" + where + "\": " + why,
                    "the index was not written by an agent of this format; verify the snapshot",
                    e);
        }
    }

    private IndexEntry toEntry(SafePath where) {
        Attributes attributes = new Attributes(Integer.parseInt(mode, 8), Instant.parse(mtime), owner, group);
        return switch (type) {
            case "folder" -> IndexEntry.of(new TreeEntry.Folder(where, attributes));
            case "link" -> IndexEntry.of(new TreeEntry.Link(where, attributes, linkTarget()));
            default -> IndexEntry.of(new TreeEntry.File(where, attributes, size, ContentHash.parse(sha256)), content());
        };
    }

    private SafePath safePath() {
        if (ROOT.equals(path)) {
            return SafePath.ROOT;
        }
        try {
            return SafePath.of(
                    path != null
                            ? utf8(path)
                            : path64 != null ? Base64.getDecoder().decode(path64) : new byte[0]);
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot read the index: a path is not in base64",
                    "the index was not written by an agent of this format; verify the snapshot",
                    e);
        }
    }

    private LinkTarget linkTarget() {
        return LinkTarget.of(target != null ? utf8(target) : Base64.getDecoder().decode(target64));
    }

    private FileContent content() {
        if (pack == null) {
            return new FileContent.Streamed(stream(size));
        }
        FileContent.Packed packed = new FileContent.Packed(packs(), offset);
        if (!packed.holds(rest == null ? size : rest)) {
            throw new IllegalArgumentException("the file does not fit into its pack");
        }
        return rest == null ? packed : new FileContent.Split(stream(size - rest), packed);
    }

    private StreamRef stream(long bytes) {
        StreamRef stream = list != null ? new StreamRef(bytes, null, list) : StreamRef.of(blobs);
        if (stream.bytes() != bytes) {
            throw new IllegalArgumentException("its blobs hold " + stream.bytes() + " bytes, not " + bytes);
        }
        return stream;
    }

    private List<BlobRef> packs() {
        return more == null
                ? List.of(pack)
                : Stream.concat(Stream.of(pack), more.stream()).toList();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] raw) {
        return Base64.getEncoder().encodeToString(raw);
    }

    private static String octal(int mode) {
        String digits = Integer.toOctalString(mode);
        return "0000".substring(Math.min(4, digits.length())) + digits;
    }
}
