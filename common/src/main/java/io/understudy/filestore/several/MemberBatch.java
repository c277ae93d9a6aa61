package io.understudy.filestore.several;

import io.understudy.filestore.Content;
import io.understudy.filestore.WriteBatch;

/** A batch of one of several stores, in that store's threads. */
final class MemberBatch implements WriteBatch {
    private final Member member;
    private final WriteBatch batch;

    MemberBatch(Member member, WriteBatch batch) {
        this.member = member;
        this.batch = batch;
    }

    @Override
    public void put(String key, Content content) {
        start(key, content).await();
    }

    /** @param content does not change any more */
    Call<Boolean> start(String key, Content content) {
        return member.start("write " + key, content.length(), () -> {
            batch.put(key, content);
            return true;
        });
    }

    @Override
    public void keep(String key) {
        batch.keep(key);
    }

    @Override
    public void settle() {
        startSettling().await();
    }

    Call<Boolean> startSettling() {
        return member.start("finish the writes", () -> {
            batch.settle();
            return true;
        });
    }

    /** Not waited for: what hangs here must not hold up the others. */
    @Override
    public void close() {
        member.start("drop the writes", () -> {
            batch.close();
            return true;
        });
    }
}
