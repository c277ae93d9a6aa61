/**
 * Reads trees of files: walks, reads only what changed since the last index, packs small files, keeps packs worth
 * reading.
 */
package io.understudy.primary.capture.tree;
