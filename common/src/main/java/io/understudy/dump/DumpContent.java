package io.understudy.dump;

import io.understudy.dump.DumpScript.Place;
import io.understudy.restore.RestorePoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** What is written of a dump, in chunks that are durable one after the other. Not thread-safe. */
final class DumpContent implements DumpDraft.Content {
    static final long CHUNK = 64L << 20;

    private final FileChannel content;
    private final PieceList<Mark> marks;
    private final PieceOutput out;
    private final long chunk;
    private final Place kept;
    private long marked;

    /**
     * How far the content was durable.
     *
     * @param end bytes of the content
     * @param hash SHA-256 of those behind the mark before
     */
    record Mark(int part, long rows, long end, String hash) {}

    private DumpContent(FileChannel content, PieceList<Mark> marks, long chunk) throws IOException {
        this.content = content;
        this.marks = marks;
        this.chunk = chunk;
        this.kept = keep();
        content.truncate(marked);
        this.out = new PieceOutput(content, marked);
    }

    /**
     * Compares what is there with its hashes, and cuts off what is not as it was written.
     *
     * @param place that exists
     * @param chunk how many bytes are written again at most, but for one part of the archive
     */
    static DumpContent open(Path place, long chunk) throws IOException {
        FileChannel content =
                FileChannel.open(place, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            return open(place, content, chunk);
        } catch (IOException | RuntimeException e) {
            content.close();
            throw e;
        }
    }

    private static DumpContent open(Path place, FileChannel content, long chunk) throws IOException {
        PieceList<Mark> marks = PieceList.open(place, Mark.class);
        try {
            return new DumpContent(content, marks, chunk);
        } catch (IOException | RuntimeException e) {
            marks.close();
            throw e;
        }
    }

    private Place keep() throws IOException {
        Place[] place = {Place.START};
        marks.keep(mark -> {
            if (mark.end() < marked
                    || mark.end() > content.size()
                    || !PieceOutput.hash(content, marked, mark.end()).equals(mark.hash())) {
                return false;
            }
            marked = mark.end();
            place[0] = new Place(mark.part(), mark.rows());
            return true;
        });
        return place[0];
    }

    /** What to go on behind. */
    Place kept() {
        return kept;
    }

    @Override
    public boolean isKept() {
        return !kept.equals(Place.START);
    }

    OutputStream out() {
        return out;
    }

    /** Receives each place from which the script can go on. */
    void at(Place place) {
        if (out.end() - marked < chunk) {
            return;
        }
        try {
            String hash = out.endPiece();
            content.force(true);
            marks.append(List.of(new Mark(place.part(), place.rows(), out.end(), hash)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        marked = out.end();
        RestorePoint.DUMP_MARKED.reached();
    }

    @Override
    public void force() throws IOException {
        out.flush();
        content.force(true);
    }

    /** What was not forced is cut off by the next one. */
    @Override
    public void close() throws IOException {
        try (content) {
            marks.close();
        }
    }
}
