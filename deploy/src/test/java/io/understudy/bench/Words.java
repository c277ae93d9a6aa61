package io.understudy.bench;

import java.util.random.RandomGenerator;

/**
 * Prose of a made-up language: few words are frequent and many are rare, so that it compresses and indexes as prose
 * does.
 */
final class Words {
    private static final int VOCABULARY = 20_000;
    private static final String[] SYLLABLES =
            ("ba be bi bo da de di do fa fe ga go ha he ka ke ki la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve")
                    .split(" ");

    private final String[] vocabulary = new String[VOCABULARY];

    Words(RandomGenerator random) {
        for (int i = 0; i < VOCABULARY; i++) {
            StringBuilder word = new StringBuilder();
            int length = 1 + random.nextInt(4);
            for (int syllable = 0; syllable < length; syllable++) {
                word.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
            }
            vocabulary[i] = word.toString();
        }
    }

    /** Appends about so many characters of words. */
    void append(StringBuilder text, RandomGenerator random, int length) {
        int end = text.length() + length;
        while (text.length() < end) {
            if (text.length() > end - length) {
                text.append(' ');
            }
            text.append(word(random));
        }
    }

    String word(RandomGenerator random) {
        double rank = random.nextDouble();
        return vocabulary[(int) (VOCABULARY * rank * rank * rank)];
    }
}
