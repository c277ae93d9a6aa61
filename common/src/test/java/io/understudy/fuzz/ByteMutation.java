package io.understudy.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One change of bytes or of text, of which nothing is understood but digits and ends of lines. */
final class ByteMutation {
    private final List<byte[]> corpus;
    private final List<String> words;
    private final boolean binary;

    /**
     * @param corpus where pieces are taken from
     * @param words of the grammar; may be empty
     * @param binary whether numbers are bytes; otherwise they are digits, and lines are changed as a whole too
     */
    ByteMutation(List<byte[]> corpus, List<String> words, boolean binary) {
        this.corpus = corpus;
        this.words = words;
        this.binary = binary;
    }

    byte[] apply(byte[] input, Random random) {
        int from = random.nextInt(input.length + 1);
        int to = Math.min(input.length, from + length(input, random));
        byte[] slice = Arrays.copyOfRange(input, from, to);
        return switch (random.nextInt(14)) {
            case 0, 1 -> flipped(input, random);
            case 2 -> Arrays.copyOf(input, from);
            case 3 -> replaced(input, from, to, new byte[0]);
            case 4 -> replaced(input, from, from, slice);
            case 5 -> replaced(input, from, from, repeated(slice, 2 + random.nextInt(1 << random.nextInt(12))));
            case 6 -> exchanged(input, from, to, random);
            case 7 -> replaced(input, from, to, pieceOf(Values.of(corpus, random), random));
            case 8 -> replaced(input, from, random.nextBoolean() ? from : to, number(random));
            case 9 -> digits(input, random);
            case 10 -> replaced(input, from, random.nextBoolean() ? from : to, Values.broken(random));
            case 11 -> replaced(input, from, random.nextBoolean() ? from : to, word(random));
            case 12 -> binary ? overwritten(input, from, Values.binary(random)) : lines(input, random);
            default -> overwritten(input, from, random(random));
        };
    }

    private static int length(byte[] input, Random random) {
        return 1 + random.nextInt(Math.max(1, random.nextBoolean() ? Math.min(16, input.length) : input.length));
    }

    private byte[] number(Random random) {
        return binary ? Values.binary(random) : Values.utf8(Values.number(random));
    }

    private byte[] word(Random random) {
        boolean known = !words.isEmpty() && random.nextInt(3) > 0;
        return Values.utf8(known ? Values.of(words, random) : Values.text(random));
    }

    private static byte[] random(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(8)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] flipped(byte[] input, Random random) {
        byte[] made = input.clone();
        if (made.length > 0) {
            made[random.nextInt(made.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return made;
    }

    private static byte[] overwritten(byte[] input, int from, byte[] by) {
        return replaced(input, from, Math.min(input.length, from + by.length), by);
    }

    static byte[] replaced(byte[] input, int from, int to, byte[] by) {
        byte[] made = new byte[from + by.length + input.length - to];
        System.arraycopy(input, 0, made, 0, from);
        System.arraycopy(by, 0, made, from, by.length);
        System.arraycopy(input, to, made, from + by.length, input.length - to);
        return made;
    }

    private static byte[] repeated(byte[] slice, int wanted) {
        int times = Math.min(wanted, Mutator.LONGEST / Math.max(1, slice.length));
        byte[] made = new byte[slice.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(slice, 0, made, i * slice.length, slice.length);
        }
        return made;
    }

    /** A slice goes to another place. */
    private static byte[] exchanged(byte[] input, int from, int to, Random random) {
        byte[] rest = replaced(input, from, to, new byte[0]);
        int at = random.nextInt(rest.length + 1);
        return replaced(rest, at, at, Arrays.copyOfRange(input, from, to));
    }

    private static byte[] pieceOf(byte[] other, Random random) {
        int from = random.nextInt(other.length + 1);
        return Arrays.copyOfRange(other, from, Math.min(other.length, from + length(other, random)));
    }

    /** Another number in the place of one that is written in digits. */
    private static byte[] digits(byte[] input, Random random) {
        int at = random.nextInt(input.length + 1);
        while (at < input.length && !isDigit(input[at])) {
            at++;
        }
        int end = at;
        while (end < input.length && isDigit(input[end])) {
            end++;
        }
        return replaced(input, at, end, Values.utf8(Values.number(random)));
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** A line goes, comes twice, changes places with another, or loses its end. */
    private static byte[] lines(byte[] input, Random random) {
        List<byte[]> lines = split(input);
        int one = random.nextInt(lines.size());
        int other = random.nextInt(lines.size());
        switch (random.nextInt(4)) {
            case 0 -> lines.remove(one);
            case 1 -> lines.add(other, lines.get(one));
            case 2 -> java.util.Collections.swap(lines, one, other);
            default -> {
                byte[] line = lines.get(one);
                lines.set(one, Arrays.copyOf(line, Math.max(0, line.length - 1)));
            }
        }
        return joined(lines);
    }

    /** At least one; each but the last with its end. */
    static List<byte[]> split(byte[] input) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < input.length; i++) {
            if (input[i] == '\n') {
                lines.add(Arrays.copyOfRange(input, from, i + 1));
                from = i + 1;
            }
        }
        if (from < input.length || lines.isEmpty()) {
            lines.add(Arrays.copyOfRange(input, from, input.length));
        }
        return lines;
    }

    static byte[] joined(List<byte[]> lines) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        lines.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
