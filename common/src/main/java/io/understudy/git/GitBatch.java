package io.understudy.git;

import io.understudy.filestore.BlockInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Reads what {@code git cat-file --batch} writes: a line with name, type and size, the bytes, and a line's end. */
final class GitBatch {
    private static final int LONGEST = 200;

    private GitBatch() {}

    /** @param ids in their order, as git was asked for them */
    static void read(InputStream in, List<String> ids, GitFolder.Contents contents) throws IOException {
        for (String id : ids) {
            String[] fields = line(in).split(" ");
            if (fields.length != 3 || !fields[0].equals(id) || !fields[1].equals("blob")) {
                throw new IOException("the object " + id + " is missing or no file");
            }
            Part part = new Part(in, Long.parseLong(fields[2]));
            contents.take(id, part.left, part);
            part.skipNBytes(part.left);
            if (in.read() != '\n') {
                throw new EOFException("the object " + id + " is longer than git said");
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() == LONGEST) {
                throw new EOFException("git ended before it gave all objects");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** One object's bytes of the stream of all; not closed with it. */
    private static final class Part extends BlockInput {
        private final InputStream in;
        private long left;

        Part(InputStream in, long size) {
            this.in = in;
            this.left = size;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0 || length == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = in.read(buffer, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("git ended within an object");
            }
            left -= count;
            return count;
        }
    }
}
