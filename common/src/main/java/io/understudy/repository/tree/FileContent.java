package io.understudy.repository.tree;

import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Where the content of a file is kept: first the blobs of its own, then what lies in packs. */
public sealed interface FileContent {
    /** What the content begins with, in blobs of its own; without blobs where all of it lies in packs. */
    StreamRef stream();

    /** What lies in packs: all of the content, or what follows the {@link #stream}. */
    Optional<Packed> packed();

    /** The same content, with what lies in packs at another place. */
    FileContent at(UnaryOperator<Packed> place);

    /**
     * Names the blobs of this content. @return the content as a repository's index has it: a long stream with a list of
     * its blobs
     */
    FileContent keptBy(References references);

    /** The content with all blobs of a long stream, as it is in memory and in the local index. */
    FileContent whole(BlobSource source);

    /**
     * A stretch of a {@link Pack}; in an encrypted repository, where packs end anywhere, also of packs that follow each
     * other.
     *
     * @param packs at least one; each but the first is needed from its beginning on
     * @param offset of its first byte in the first pack's plain content; how many there are says the entry
     */
    record Packed(List<BlobRef> packs, long offset) implements FileContent {
        public Packed {
            packs = List.copyOf(packs);
            if (packs.isEmpty()) {
                throw new IllegalArgumentException("no pack");
            }
            if (offset < 0) {
                throw new IllegalArgumentException("not an offset: " + offset);
            }
        }

        public Packed(BlobRef pack, long offset) {
            this(List.of(pack), offset);
        }

        /** The pack that it begins in. */
        public BlobRef pack() {
            return packs.get(0);
        }

        /** The packs that it goes on in. */
        public List<BlobRef> more() {
            return packs.subList(1, packs.size());
        }

        /** Whether so many bytes can lie there. */
        boolean holds(long bytes) {
            return bytes >= 0
                    && offset <= pack().bytes()
                    && packs.stream().mapToLong(BlobRef::bytes).sum() - offset >= bytes;
        }

        @Override
        public StreamRef stream() {
            return StreamRef.NONE;
        }

        @Override
        public Optional<Packed> packed() {
            return Optional.of(this);
        }

        @Override
        public FileContent at(UnaryOperator<Packed> place) {
            return place.apply(this);
        }

        @Override
        public FileContent keptBy(References references) {
            packs.forEach(references::add);
            return this;
        }

        @Override
        public FileContent whole(BlobSource source) {
            return this;
        }
    }

    /** A stream of its own; one without blobs for an empty file. */
    record Streamed(StreamRef stream) implements FileContent {
        @Override
        public Optional<Packed> packed() {
            return Optional.empty();
        }

        @Override
        public FileContent at(UnaryOperator<Packed> place) {
            return this;
        }

        @Override
        public FileContent keptBy(References references) {
            StreamRef kept = references.keep(stream);
            return kept == stream ? this : new Streamed(kept);
        }

        @Override
        public FileContent whole(BlobSource source) {
            return stream.list() == null ? this : new Streamed(stream.whole(source));
        }
    }

    /**
     * A large file of an encrypted repository: a stream up to the last cut, and the rest among other files in a pack,
     * so that no blob ends where the file ends.
     *
     * @param stream of at least one blob
     */
    record Split(StreamRef stream, Packed rest) implements FileContent {
        public Split {
            if (stream.bytes() < 1) {
                throw new IllegalArgumentException("no stream");
            }
        }

        @Override
        public Optional<Packed> packed() {
            return Optional.of(rest);
        }

        @Override
        public FileContent at(UnaryOperator<Packed> place) {
            return new Split(stream, place.apply(rest));
        }

        @Override
        public FileContent keptBy(References references) {
            StreamRef kept = references.keep(stream);
            rest.keptBy(references);
            return kept == stream ? this : new Split(kept, rest);
        }

        @Override
        public FileContent whole(BlobSource source) {
            return stream.list() == null ? this : new Split(stream.whole(source), rest);
        }
    }
}
