package io.understudy.filestore.s3;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.minio.Time.S3Time;
import io.minio.credentials.Credentials;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProvidedKeysTest {
    private Instant now = Instant.parse("2026-11-27T12:00:00Z");
    private Instant end = now.plus(Duration.ofHours(6));
    private boolean broken;
    private final AtomicInteger asked = new AtomicInteger();
    private final ProvidedKeys keys =
            new ProvidedKeys("a test", this::next, ((InstantSource) () -> this.now).withZone(ZoneOffset.UTC));

    private Credentials next() {
        int number = asked.incrementAndGet();
        if (broken) {
            throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot get keys", "wait");
        }
        return new Credentials("key-" + number, "secret", null, new S3Time(end.atZone(ZoneOffset.UTC)));
    }

    @Test
    void areRenewedFiveMinutesBeforeTheyExpire() {
        assertThat(keys.fetch().accessKey()).isEqualTo("key-1");
        now = end.minus(Duration.ofMinutes(5)).minusMillis(1);
        assertThat(keys.fetch().accessKey()).isEqualTo("key-1");
        Instant first = end;
        end = end.plus(Duration.ofHours(6));
        now = first.minus(Duration.ofMinutes(5));
        assertThat(keys.fetch().accessKey()).isEqualTo("key-2");
        assertThat(keys.source()).isEqualTo("a test, valid until " + end);
    }

    @Test
    void areUsedToTheirEndWhereNoOthersComeAndAskedForTwiceAMinuteAtMost() {
        keys.fetch();
        broken = true;
        now = end.minusSeconds(60);
        assertThat(keys.fetch().accessKey()).isEqualTo("key-1");
        keys.fetch();
        assertThat(asked.get()).isEqualTo(2);
        now = end.minusSeconds(30);
        assertThat(keys.fetch().accessKey()).isEqualTo("key-1");
        assertThat(asked.get()).isEqualTo(3);
        now = end;
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, keys::fetch);
        broken = false;
        assertThat(keys.fetch().accessKey()).isEqualTo("key-5");
    }

    @Test
    void areAskedForOnceMoreAfterARefusalUnlessThatHappened() {
        Credentials refused = keys.fetch();
        assertThat(keys.differFrom(refused)).isTrue();
        assertThat(keys.differFrom(refused)).isTrue();
        assertThat(asked.get()).isEqualTo(2);
        broken = true;
        assertThat(keys.differFrom(keys.fetch())).isFalse();
    }
}
