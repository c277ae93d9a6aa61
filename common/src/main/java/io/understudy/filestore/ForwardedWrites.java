package io.understudy.filestore;

/** A batch of the store that a decorator is around; the decorator says what a put is. */
abstract class ForwardedWrites implements WriteBatch {
    final WriteBatch batch;

    ForwardedWrites(WriteBatch batch) {
        this.batch = batch;
    }

    @Override
    public final void keep(String key) {
        batch.keep(key);
    }

    @Override
    public void settle() {
        batch.settle();
    }

    @Override
    public final void close() {
        batch.close();
    }
}
