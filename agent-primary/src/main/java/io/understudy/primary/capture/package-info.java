/**
 * Takes one snapshot of the site at a time: {@code database} first, as of one moment, then {@code tree}, so that every
 * file a row names was already there, then the commit.
 */
package io.understudy.primary.capture;
