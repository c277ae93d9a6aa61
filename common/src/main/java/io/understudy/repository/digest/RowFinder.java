package io.understudy.repository.digest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds lines of COPY's text format among those of a table: each line of the table is preceded by a field that says
 * where it is, and the fields of the wanted ones are kept, for each as many as are wanted. Lines are compared by their
 * 128-bit hash and may have any length. Not thread-safe.
 */
public final class RowFinder extends OutputStream {
    private record Hash(long high, long low) {}

    private final Murmur3 hash = new Murmur3();
    private final Map<Hash, int[]> wanted = new HashMap<>();
    private final StringBuilder place = new StringBuilder();
    private final List<String> found = new ArrayList<>();
    private boolean inPlace = true;

    /** @param lines the wanted ones */
    public RowFinder(Lines lines) throws IOException {
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = lines.open()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                want(buffer, read);
            }
        }
    }

    private void want(byte[] buffer, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '\n') {
                hash.update(buffer, start, i);
                wanted.computeIfAbsent(ended(), none -> new int[1])[0]++;
                start = i + 1;
            }
        }
        hash.update(buffer, start, length);
    }

    private Hash ended() {
        hash.finish();
        return new Hash(hash.high(), hash.low());
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int start = offset;
        for (int i = offset; i < end; i++) {
            if (inPlace && bytes[i] == '\t') {
                inPlace = false;
                start = i + 1;
            } else if (inPlace && bytes[i] != '\n') {
                place.append((char) bytes[i]);
            } else if (bytes[i] == '\n') {
                if (!inPlace) {
                    hash.update(bytes, start, i);
                }
                end();
                start = i + 1;
            }
        }
        if (!inPlace) {
            hash.update(bytes, start, end);
        }
    }

    private void end() {
        int[] left = wanted.get(ended());
        if (left != null && left[0] > 0) {
            left[0]--;
            found.add(place.toString());
        }
        place.setLength(0);
        inPlace = true;
    }

    /** The first fields of the lines that were found, in their order. */
    public List<String> found() {
        return List.copyOf(found);
    }
}
