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

/**
 * The fields of an {@link IndexEntry} as JSON has them, in their order. Names that are not UTF-8 are in base64, under
 * {@code path64} and {@code target64}.
 */
record IndexLine(
        String path,
        String path64,
        String type,
        String mode,
        String mtime,
        String owner,
        String group,
        Long size,
        String sha256,
        String target,
        String target64,
        BlobRef pack,
        Long offset,
        StreamRef stream) {
    private static final String ROOT = ".";
    private static final Set<String> TYPES = Set.of("file", "folder", "link");

    /** A line while it is read; what it does not hold is null. */
    static final class Fields {
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
        Long offset;
        List<BlobRef> blobs;
        StreamRef list;

        IndexLine line() {
            return new IndexLine(
                    path, path64, type, mode, mtime, owner, group, size, sha256, target, target64, pack, offset,
                    stream());
        }

        private StreamRef stream() {
            if (list != null) {
                return new StreamRef(size == null ? 0 : size, null, list);
            }
            return blobs == null ? null : StreamRef.of(blobs);
        }
    }

    static IndexLine of(IndexEntry line) {
        TreeEntry entry = line.entry();
        byte[] path = entry.path().bytes();
        Optional<String> text = entry.path().isRoot() ? Optional.of(ROOT) : RawPaths.utf8(path);
        Attributes attributes = entry.attributes();
        TreeEntry.File file = entry instanceof TreeEntry.File f ? f : null;
        byte[] target = entry instanceof TreeEntry.Link link ? link.target().bytes() : null;
        Optional<String> targetText = target == null ? Optional.empty() : RawPaths.utf8(target);
        FileContent content = line.content().orElse(null);
        return new IndexLine(
                text.orElse(null),
                text.isPresent() ? null : base64(path),
                entry.type(),
                octal(attributes.mode()),
                attributes.modified().toString(),
                attributes.owner(),
                attributes.group(),
                file == null ? null : file.size(),
                file == null ? null : file.hash().hex(),
                targetText.orElse(null),
                target == null || targetText.isPresent() ? null : base64(target),
                content instanceof FileContent.Packed packed ? packed.pack() : null,
                content instanceof FileContent.Packed packed ? packed.offset() : null,
                content instanceof FileContent.Streamed streamed ? streamed.stream() : null);
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
        if (pack != null) {
            if (offset > pack.bytes() - size) {
                throw new IllegalArgumentException("the file does not fit into its pack");
            }
            return new FileContent.Packed(pack, offset);
        }
        if (stream.bytes() != size) {
            throw new IllegalArgumentException("its blobs hold " + stream.bytes() + " bytes, not " + size);
        }
        return new FileContent.Streamed(stream);
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
