package io.understudy.repository.blob;

/** See {@link BlobSink#around}. */
record SinkAround(BlobSink sink, Put put) implements BlobSink {
    @Override
    public BlobRef put(byte[] buffer, int offset, int length) {
        return put.put(sink, buffer, offset, length);
    }

    @Override
    public Naming naming() {
        return sink.naming();
    }

    @Override
    public BlobSink ofNames() {
        return new SinkAround(sink.ofNames(), put);
    }

    @Override
    public BlobSink padded(int bytes) {
        return new SinkAround(sink.padded(bytes), put);
    }
}
