package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A blob as a stream names it.
 *
 * @param bytes of the plain content
 * @param stored bytes of the object in the filestore
 * @param continues whether the blob ends inside a row that the next blob continues (only where one row is longer than the longest
 *     blob); such blobs are loaded together
 */
public record BlobRef(
        BlobId id,
        long bytes,
        long stored,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean continues) {}
