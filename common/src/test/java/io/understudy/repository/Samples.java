package io.understudy.repository;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Content for tests, the same for the same seed. */
public final class Samples {
    private Samples() {}

    public static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Rows in COPY's text format, each with {@code \n} at its end, of 1 to {@code longest} bytes without it. */
    public static byte[] rows(long seed, int length, int longest) {
        Random random = new Random(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + longest + 1);
        while (out.size() < length) {
            int width = 1 + random.nextInt(longest);
            for (int i = 0; i < width; i++) {
                out.write('a' + random.nextInt(26));
            }
            out.write('\n');
        }
        return out.toByteArray();
    }

    public static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] insert(byte[] content, int at, byte[] part) {
        byte[] result = new byte[content.length + part.length];
        System.arraycopy(content, 0, result, 0, at);
        System.arraycopy(part, 0, result, at, part.length);
        System.arraycopy(content, at, result, at + part.length, content.length - at);
        return result;
    }
}
