/**
 * Writes files of a snapshot to a disk: each complete, checked and forced before it has its name, with the attributes
 * that the snapshot names. What restores a snapshot to a folder, and what an import stages its files with.
 */
package io.understudy.restore;
