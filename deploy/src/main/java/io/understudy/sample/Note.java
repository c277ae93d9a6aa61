package io.understudy.sample;

/**
 * One entry of the guestbook.
 *
 * @param sealed whether its seal was made with this site's secret
 * @param created ISO 8601, UTC
 */
record Note(long id, String author, String text, boolean sealed, String created) {}
