package io.understudy.repository.blob;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.understudy.filestore.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * The stored form of a blob: one zstd frame (RFC 8878) that states its content's size and ends with its checksum, so
 * {@code zstd -d} reads it. Keeps compression contexts and their buffers for the next blob, but for long buffers, which
 * take turns. Thread-safe.
 */
final class BlobCodec {
    /** Level 1 is faster than the network and the database; higher levels cost more than they save. */
    private static final int LEVEL = 1;
    /** Little more than a copy, in blocks that are not compressed; for pictures four times as fast as level 1. */
    private static final int UNCOMPRESSED = -100;
    /** What a probe of the content is made of. */
    private static final int SAMPLES = 8;

    private static final int SAMPLE = 16 << 10;
    /** The share of the samples' size from which on to compress is not worth its time. */
    private static final double HARDLY_SMALLER = 0.98;

    /**
     * The window a frame may ask for: 2^26 = 64 MiB, the longest blob; more would only be asked for by a hostile one.
     */
    private static final int WINDOW_BITS = 26;

    private final Sealing sealing;
    private final Deque<Encoder> idle = new ConcurrentLinkedDeque<>();

    /** Of a plain repository. */
    BlobCodec() {
        this(Sealing.NONE);
    }

    BlobCodec(Sealing sealing) {
        this.sealing = sealing;
    }

    /** As {@link #encode(byte[], int, int, boolean, int)}, of content. */
    Encoder encode(byte[] buffer, int offset, int length) {
        return encode(buffer, offset, length, false, 0);
    }

    /**
     * The stored form; close it when it is written, its buffer is used again then.
     *
     * @param ofNames whether it only names blobs
     * @param padding bytes that an encrypted one is longer
     */
    Encoder encode(byte[] buffer, int offset, int length, boolean ofNames, int padding) {
        int taken = MemoryBudget.STORED.take(inMemory(length, padding));
        boolean encoded = false;
        try {
            Encoder encoder = idle.pollFirst();
            Encoder result =
                    (encoder == null ? new Encoder() : encoder).encode(buffer, offset, length, ofNames, padding, taken);
            encoded = true;
            return result;
        } finally {
            if (!encoded) {
                MemoryBudget.STORED.give(taken);
            }
        }
    }

    /** Both forms are there at the same time. */
    private long inMemory(int length, int padding) {
        long frame = Zstd.compressBound(length);
        return sealing.isOn() ? frame + padding + sealing.most(frame + padding) : frame;
    }

    /**
     * The plain content, not yet checked against anything but zstd's own checksum; {@code read} throws IOExceptions for
     * damaged frames.
     */
    static InputStream decode(InputStream stored) throws IOException {
        return new ZstdInputStreamNoFinalizer(stored, RecyclingBufferPool.INSTANCE).setLongMax(WINDOW_BITS);
    }

    /** The most bytes that a sound frame of so many plain bytes may have. */
    static long mostStored(long plain) {
        return Zstd.compressBound(plain) + 64;
    }

    /** Frees what is kept for the next blob. */
    void trim() {
        for (Encoder encoder = idle.pollFirst(); encoder != null; encoder = idle.pollFirst()) {
            encoder.context.close();
        }
    }

    /** A blob in its stored form, until it is closed. */
    final class Encoder implements AutoCloseable {
        private final ZstdCompressCtx context =
                new ZstdCompressCtx().setLevel(LEVEL).setChecksum(true).setContentSize(true);
        private byte[] target = new byte[0];
        private byte[] sealed = new byte[0];
        private int length;
        private int taken;

        Encoder encode(byte[] source, int offset, int count, boolean ofNames, int padding, int taken) {
            this.taken = taken;
            int bound = Math.toIntExact(Zstd.compressBound(count));
            if (target.length < bound) {
                target = LongBuffers.SHARED.longer(target, 0, bound);
            }
            context.setLevel(compresses(source, offset, count) ? LEVEL : UNCOMPRESSED);
            length = context.compressByteArray(target, 0, bound, source, offset, count);
            if (sealing.isOn()) {
                seal(ofNames, padding);
            }
            return this;
        }

        /** Pads the frame, and encrypts it into the other buffer. */
        private void seal(boolean ofNames, int padding) {
            int padded = Sealing.padded(length, padding);
            if (target.length < padded) {
                target = LongBuffers.SHARED.longer(target, length, padded);
            }
            Sealing.pad(target, length, padding);
            long most = sealing.most(padded);
            if (sealed.length < most) {
                sealed = LongBuffers.SHARED.longer(sealed, 0, most);
            }
            BufferOutput out = new BufferOutput(sealed);
            sealing.seal(target, padded, ofNames, out);
            length = out.length();
        }

        /** As far as samples from all over the content show; what is short is not sampled. */
        private boolean compresses(byte[] source, int offset, int count) {
            int step = count / SAMPLES;
            if (step < 2 * SAMPLE) {
                return true;
            }
            context.setLevel(LEVEL);
            int compressed = 0;
            for (int sample = 0; sample < SAMPLES; sample++) {
                compressed += context.compressByteArray(
                        target, 0, target.length, source, offset + sample * step + step / 2, SAMPLE);
            }
            return compressed < HARDLY_SMALLER * SAMPLES * SAMPLE;
        }

        Content content() {
            return Content.of(sealing.isOn() ? sealed : target, length);
        }

        @Override
        public void close() {
            target = kept(target);
            sealed = kept(sealed);
            MemoryBudget.STORED.give(taken);
            idle.addFirst(this);
        }

        private static byte[] kept(byte[] buffer) {
            if (MemoryBudget.isLong(buffer.length)) {
                LongBuffers.SHARED.give(buffer);
                return new byte[0];
            }
            return buffer;
        }
    }
}
