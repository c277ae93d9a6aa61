package io.understudy.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads the beginning of an answer's body: at most so many bytes, for at most so long. What was read until then is the
 * body, and the connection is given up. {@code HttpRequest.timeout} alone ends with the answer's head: a server that
 * never ends a body would hold its reader for as long.
 */
public final class FirstBytes implements BodySubscriber<byte[]> {
    private final int most;
    private final Duration limit;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile Subscription subscription;

    private FirstBytes(int most, Duration limit) {
        this.most = most;
        this.limit = limit;
    }

    /**
     * @param most bytes, 0 or more
     * @param limit from the end of the head on
     */
    public static BodyHandler<byte[]> of(int most, Duration limit) {
        return head -> new FirstBytes(most, limit);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return end.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS).handle((ended, failure) -> {
            Throwable why =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (why instanceof TimeoutException) {
                Optional.ofNullable(subscription).ifPresent(Subscription::cancel);
            } else if (why != null) {
                throw new CompletionException(why);
            }
            return bytes();
        });
    }

    @Override
    public void onSubscribe(Subscription to) {
        subscription = to;
        if (most == 0) {
            to.cancel();
            end.complete(null);
        } else {
            to.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            add(buffer);
        }
        if (full()) {
            subscription.cancel();
            end.complete(null);
        }
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        end.complete(null);
    }

    private synchronized void add(ByteBuffer buffer) {
        byte[] bytes = new byte[Math.min(buffer.remaining(), most - read.size())];
        buffer.get(bytes);
        read.writeBytes(bytes);
    }

    private synchronized boolean full() {
        return read.size() >= most;
    }

    private synchronized byte[] bytes() {
        return read.toByteArray();
    }
}
