/**
 * Content: blobs named by the hash of their plain bytes, each one zstd frame; streams cut into blobs by content-defined
 * chunking; readers that check every byte against the hash before they hand out the last one. Knows no snapshot.
 */
package io.understudy.repository.blob;
