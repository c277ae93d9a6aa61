/**
 * What Understudy keeps in a filestore: blobs named by the hash of their content, streams cut into blobs, signed manifests that
 * make snapshots exist, epochs that fence an old primary, reports of replicas, and the copy and verification of all of it. Knows
 * the filestore's port, but neither PostgreSQL nor a tree on disk.
 */
package io.understudy.repository;
