package io.understudy.bench;

/**
 * How large a generated site is.
 *
 * @param megabytes of database, and again of media
 */
record Scale(int megabytes) {
    /** Files per MB of media: 15,000 in 500 MB. */
    private static final int FILES = 30;

    long rows(SiteTable table) {
        return table.rows(megabytes);
    }

    int files() {
        return FILES * megabytes;
    }
}
