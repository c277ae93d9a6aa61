package io.understudy.repository.blob;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A blob as a stream names it.
 *
 * @param bytes of the plain content
 * @param stored bytes of the object in the filestore
 * @param continues whether the blob ends inside a row that the next blob continues (only where one row is longer than
 *     the longest blob); such blobs are loaded together
 */
public record BlobRef(
        BlobId id,
        long bytes,
        long stored,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean continues) {
    /** As JSON has it: {@code continues} is written only when it is true. */
    @JsonCreator
    static BlobRef read(
            @JsonProperty("id") BlobId id,
            @JsonProperty("bytes") long bytes,
            @JsonProperty("stored") long stored,
            @JsonProperty("continues") Boolean continues) {
        return new BlobRef(id, bytes, stored, Boolean.TRUE.equals(continues));
    }
}
