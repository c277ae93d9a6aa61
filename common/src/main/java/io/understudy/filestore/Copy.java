package io.understudy.filestore;

/**
 * One of several stores that are to hold the same.
 *
 * @param name as the configuration calls it
 */
public record Copy(String name, Filestore store) {}
