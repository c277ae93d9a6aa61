package io.understudy.bench;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The rows of the generated tables in COPY's text format. A row is decided by the seed, its table and its number alone.
 */
final class Rows {
    private static final int SECONDS_PER_ROW = 7;

    private final long seed;
    private final Words words;
    private final StringBuilder line = new StringBuilder(8 << 10);

    Rows(long seed) {
        this.seed = seed;
        this.words = new Words(new SplittableRandom(seed));
    }

    /**
     * One row with its line end.
     *
     * @param number from 1
     * @param scale how many rows the tables have that it may refer to
     */
    CharSequence row(SiteTable table, long number, Scale scale) {
        RandomGenerator random = new SplittableRandom(seed + 31L * table.ordinal() + 1_000_003L * number);
        line.setLength(0);
        line.append(number);
        switch (table) {
            case AUTHOR -> author(random);
            case ARTICLE -> article(random, scale);
            case DOCUMENT -> document(random, scale);
            case COMMENT -> comment(random, scale);
            case EVENT -> event(random, number);
        }
        return line.append('\n');
    }

    private void author(RandomGenerator random) {
        text(random, 14);
        line.append('\t').append(words.word(random)).append('.').append(Long.toHexString(random.nextLong()));
        line.append("@example.net");
        for (int field = 0; field < SiteTable.WIDE; field++) {
            text(random, 20);
        }
    }

    private void article(RandomGenerator random, Scale scale) {
        reference(random, scale.rows(SiteTable.AUTHOR));
        text(random, 50);
        text(random, 1500 + random.nextInt(1500));
        for (int field = 0; field < SiteTable.WIDE; field++) {
            line.append('\t').append(random.nextInt(1_000_000));
        }
    }

    private void document(RandomGenerator random, Scale scale) {
        reference(random, scale.rows(SiteTable.AUTHOR));
        line.append("\t{\"title\": \"");
        words.append(line, random, 40);
        line.append("\", \"key\": \"")
                .append(Long.toHexString(random.nextLong()))
                .append("\", \"tags\": [");
        for (int tag = 0; tag < 6; tag++) {
            line.append(tag == 0 ? "\"" : ", \"").append(words.word(random)).append('"');
        }
        line.append("], \"price\": ").append(random.nextInt(100_000)).append(", \"parts\": [");
        for (int part = 0; part < 8; part++) {
            line.append(part == 0 ? "" : ", ")
                    .append("{\"n\": ")
                    .append(random.nextInt(1000))
                    .append(", \"of\": \"");
            words.append(line, random, 60);
            line.append("\"}");
        }
        line.append("]}");
    }

    private void comment(RandomGenerator random, Scale scale) {
        reference(random, scale.rows(SiteTable.ARTICLE));
        reference(random, scale.rows(SiteTable.AUTHOR));
        text(random, 120 + random.nextInt(200));
    }

    private void event(RandomGenerator random, long number) {
        line.append('\t').append(java.time.Instant.ofEpochSecond(1_600_000_000L + number * SECONDS_PER_ROW));
        line.append("\t10.")
                .append(random.nextInt(256))
                .append('.')
                .append(random.nextInt(256))
                .append(".7");
        line.append("\t/").append(words.word(random)).append('/').append(words.word(random));
        line.append("\t").append(Long.toHexString(random.nextLong()));
        text(random, 60);
    }

    private void text(RandomGenerator random, int length) {
        line.append('\t');
        words.append(line, random, length);
    }

    private void reference(RandomGenerator random, long rows) {
        line.append('\t').append(1 + random.nextLong(rows));
    }
}
