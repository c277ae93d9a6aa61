package io.understudy.sample;

/**
 * One uploaded file.
 *
 * @param name as the visitor called it
 * @param sha256 of the content as it was received, hexadecimal
 * @param present whether the media folder holds a file of that size for this row
 */
record Upload(long id, String name, long bytes, String sha256, boolean present) {}
