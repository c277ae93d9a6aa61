/**
 * Snapshots in a filestore: manifests that make them exist, epochs that fence an old primary, reports of replicas, and
 * the copy and verification of all of it. Its rooms are {@code blob} (content, named by its hash), {@code tree}
 * (indexes and packs) and {@code key} (signatures). Knows the filestore's port, but neither PostgreSQL nor a tree on
 * disk.
 */
package io.understudy.repository;
