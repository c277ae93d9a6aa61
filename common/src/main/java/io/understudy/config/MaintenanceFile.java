package io.understudy.config;

/**
 * A file by which the site is in maintenance mode.
 *
 * @param tree,path where it is
 */
public record MaintenanceFile(String tree, String path) {}
