package io.understudy.filestore.several;

import io.understudy.filestore.ContentLock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The lock of one of several stores, asked within that store's limit. */
record MemberLock(Member member, ContentLock lock) implements ContentLock {
    @Override
    public Duration length() {
        return lock.length();
    }

    @Override
    public int renewalDays() {
        return lock.renewalDays();
    }

    @Override
    public Optional<Instant> until(String key) {
        return member.start("read the lock of " + key, () -> lock.until(key)).await();
    }

    @Override
    public void extend(String key) {
        member.start("lock " + key, () -> {
                    lock.extend(key);
                    return true;
                })
                .await();
    }
}
