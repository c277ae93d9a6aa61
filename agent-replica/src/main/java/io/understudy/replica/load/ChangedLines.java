package io.understudy.replica.load;

import io.understudy.repository.ChangedBlobs;
import io.understudy.repository.ChangedBlobs.Place;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.digest.RowDifference.TooLarge;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Gives the lines of blobs that only one of two streams names to a comparison of multisets. Both streams are read at
 * the same pace, and most rows keep their place: lines that stand in the same place of both would cancel each other,
 * and are passed over as they are, without a look at where one ends. Where the streams differ, the next few lines of
 * each are searched for the first pair that is equal, then the next thousands by their hash; where there is none, all
 * of these are given. So what is given is what a comparison of all lines would find, and a little more.
 *
 * <p>Use once, not thread-safe.
 */
final class ChangedLines {
    /** Lines ahead that are compared with each other. Rows that went or came side by side are seldom more. */
    private static final int AHEAD = 8;
    /** Lines ahead that are searched by hash. */
    private static final int FAR = 4096;

    private final Side old;
    private final Side fresh;

    /** Takes a line without its newline. */
    interface LineSink {
        void line(byte[] bytes, int from, int to) throws IOException, TooLarge;
    }

    ChangedLines(ChangedBlobs blobs, BlobSource source, LineSink older, LineSink newer) {
        this.old = new Side(blobs.before(), source, older);
        this.fresh = new Side(blobs.after(), source, newer);
    }

    /** @throws IOException where a blob is not what its stream says */
    void feed() throws IOException, TooLarge {
        boolean both = old.fill() & fresh.fill();
        while (both) {
            if (!passOverEqual()) {
                giveUntilEqual();
            }
            both = old.fill() & fresh.fill();
        }
        while (old.fill()) {
            old.give();
        }
        while (fresh.fill()) {
            fresh.give();
        }
    }

    /** @return false where the next lines of both differ */
    private boolean passOverEqual() {
        int length =
                Arrays.mismatch(old.content, old.at, old.content.length, fresh.content, fresh.at, fresh.content.length);
        if (length < 0) {
            length = old.content.length - old.at;
        }
        while (length > 0 && old.content[old.at + length - 1] != '\n') {
            length--;
        }
        old.at += length;
        fresh.at += length;
        return length > 0;
    }

    /** Gives all lines before the first pair that is equal, by the number of lines that both give for it. */
    private void giveUntilEqual() throws IOException, TooLarge {
        int[] olds = old.ahead(AHEAD);
        int[] news = fresh.ahead(AHEAD);
        for (int given = 1; given <= 2 * AHEAD; given++) {
            for (int ofOld = Math.max(0, given - AHEAD); ofOld <= Math.min(given, AHEAD); ofOld++) {
                if (isEqual(olds, ofOld, news, given - ofOld)) {
                    old.give(ofOld);
                    fresh.give(given - ofOld);
                    return;
                }
            }
        }
        giveFar();
    }

    /** The same for more lines; two that follow each other have to be equal, for single ones may be by chance. */
    private void giveFar() throws IOException, TooLarge {
        int[] olds = old.ahead(FAR);
        int[] news = fresh.ahead(FAR);
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = news.length - 2; i >= 0; i--) {
            places.put(fresh.hash(news[i], news[i + 1]), i);
        }
        for (int ofOld = 0; ofOld < olds.length - 1; ofOld++) {
            Integer ofNew = places.get(old.hash(olds[ofOld], olds[ofOld + 1]));
            if (ofNew != null && isEqual(olds, ofOld, news, ofNew) && isEqual(olds, ofOld + 1, news, ofNew + 1)) {
                old.give(ofOld);
                fresh.give(ofNew);
                return;
            }
        }
        old.give(olds.length - 1);
        fresh.give(news.length - 1);
    }

    /** @param olds where the next lines begin; the last one is the end of the last line */
    private boolean isEqual(int[] olds, int ofOld, int[] news, int ofNew) {
        return ofOld < olds.length - 1
                && ofNew < news.length - 1
                && Arrays.equals(
                        old.content, olds[ofOld], olds[ofOld + 1], fresh.content, news[ofNew], news[ofNew + 1]);
    }

    /** One of the streams. */
    private static final class Side {
        private final Iterator<Place> places;
        private final BlobSource source;
        private final LineSink sink;
        private byte[] content = new byte[0];
        private int at;
        /** From here on there may be fewer than {@link #AHEAD} lines. */
        private int last;

        Side(List<Place> places, BlobSource source, LineSink sink) {
            this.places = places.iterator();
            this.source = source;
            this.sink = sink;
        }

        /** Has some lines at hand, as long as there are so many. @return whether there is one */
        boolean fill() throws IOException {
            while (at >= last && places.hasNext()) {
                byte[] next = read(places.next().blob());
                int left = content.length - at;
                byte[] both = left == 0 ? next : Arrays.copyOfRange(content, at, at + left + next.length);
                if (left > 0) {
                    System.arraycopy(next, 0, both, left, next.length);
                }
                content = both;
                at = 0;
                last = last();
            }
            return at < content.length;
        }

        private int last() {
            int from = content.length;
            for (int lines = 0; lines <= AHEAD && from > 0; lines++) {
                from--;
                while (from > 0 && content[from - 1] != '\n') {
                    from--;
                }
            }
            return from;
        }

        void give() throws IOException, TooLarge {
            int end = end(at);
            sink.line(content, at, end - 1);
            at = end;
        }

        void give(int lines) throws IOException, TooLarge {
            for (int i = 0; i < lines; i++) {
                give();
            }
        }

        /** Where the next lines that are at hand begin, and where the last of them ends. */
        int[] ahead(int most) {
            int[] begins = new int[most + 2];
            begins[0] = at;
            int found = 1;
            while (found < begins.length && begins[found - 1] < content.length) {
                begins[found] = end(begins[found - 1]);
                found++;
            }
            return Arrays.copyOf(begins, found);
        }

        int hash(int from, int to) {
            int hash = 1;
            for (int i = from; i < to; i++) {
                hash = 31 * hash + content[i];
            }
            return hash;
        }

        /** Behind the newline. */
        private int end(int from) {
            int end = from;
            while (content[end] != '\n') {
                end++;
            }
            return end + 1;
        }

        private static boolean isTorn(byte[] bytes) {
            return bytes.length > 0 && bytes[bytes.length - 1] != '\n';
        }

        private byte[] read(BlobRef blob) throws IOException {
            try (InputStream in = source.open(blob)) {
                byte[] bytes = in.readNBytes(Math.toIntExact(blob.bytes()));
                if (in.read() >= 0) {
                    throw new IOException("blob " + blob.id() + " is longer than its stream says");
                }
                if (isTorn(bytes)) {
                    throw new IOException("blob " + blob.id() + " ends inside of a row");
                }
                return bytes;
            }
        }
    }
}
