package io.understudy.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Generated media, about 33 KB each on average. A file is decided by the seed and its number alone.
 */
final class MediaFiles {
    /** What they are. */
    enum Mix {
        /** Of 100 files 80 are pictures, which do not compress, 19 are text and one is a large picture. */
        USUAL(17_000),
        /** Small pictures alone. */
        PICTURES(31_000);

        private final int mean;

        Mix(int mean) {
            this.mean = mean;
        }
    }

    private static final int PER_FOLDER = 100;
    private static final int LARGE = 1_500_000;
    private static final int SMALLEST = 2_000;
    private static final int MOST = 400_000;

    private final Path folder;
    private final long seed;
    private final Mix mix;
    private final Words words;

    MediaFiles(Path folder, long seed, Mix mix) {
        this.mix = mix;
        this.folder = folder;
        this.seed = seed;
        this.words = new Words(new SplittableRandom(seed));
    }

    /** Writes the files with these numbers. @return the bytes in them */
    long write(int from, int to) {
        long bytes = 0;
        try {
            for (int number = from; number < to; number++) {
                Path file = path(number);
                Files.createDirectories(file.getParent());
                byte[] content = content(number);
                Files.write(file, content);
                bytes += content.length;
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(int number) {
        String kind = isText(number) ? ".html" : ".jpg";
        return folder.resolve("%04d".formatted(number / PER_FOLDER)).resolve("%06d".formatted(number) + kind);
    }

    byte[] content(int number) {
        RandomGenerator random = new SplittableRandom(seed + 1_000_003L * number);
        int size = mix == Mix.USUAL && number % 100 == 0
                ? LARGE
                : Math.min(MOST, SMALLEST + (int) (-mix.mean * Math.log(1 - random.nextDouble())));
        if (isText(number)) {
            StringBuilder text = new StringBuilder(size + 32);
            words.append(text, random, size);
            return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), size);
        }
        byte[] content = new byte[size];
        random.nextBytes(content);
        return content;
    }

    private boolean isText(int number) {
        return mix == Mix.USUAL && number % 100 >= 81;
    }
}
