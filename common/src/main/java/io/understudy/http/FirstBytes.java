package io.understudy.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads the beginning of an answer's body: at most so many bytes, for at most so long; then the connection is given up.
 * {@code HttpRequest.timeout} alone ends with the answer's head: a server that never ends a body would hold its reader
 * for as long.
 *
 * <p>The answer is there with its head, and {@link #bytes} waits: a connection that is given up before the client has
 * the body is a failure of the request to it from Java 21 on.
 */
public final class FirstBytes implements BodySubscriber<FirstBytes> {
    private final int most;
    private final Duration limit;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private Subscription subscription;
    private boolean givenUp;

    private FirstBytes(int most, Duration limit) {
        this.most = most;
        this.limit = limit;
    }

    /**
     * @param most bytes, 0 or more
     * @param limit of {@link #bytes}
     */
    public static BodyHandler<FirstBytes> of(int most, Duration limit) {
        return head -> new FirstBytes(most, limit);
    }

    /**
     * Waits for them. What came within the limit is what there is.
     *
     * @throws IOException where the connection ended before the body
     */
    public byte[] bytes() throws IOException, InterruptedException {
        try {
            if (most > 0) {
                end.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            // Then that is all.
        } finally {
            giveUp();
        }
        return copy();
    }

    private void giveUp() {
        Optional<Subscription> current;
        synchronized (this) {
            givenUp = true;
            current = Optional.ofNullable(subscription);
        }
        current.ifPresent(Subscription::cancel);
    }

    private synchronized boolean begins(Subscription to) {
        subscription = to;
        return !givenUp;
    }

    @Override
    public CompletionStage<FirstBytes> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Subscription to) {
        if (begins(to)) {
            to.request(Long.MAX_VALUE);
        } else {
            to.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            add(buffer);
        }
        if (full()) {
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

    private synchronized byte[] copy() {
        return read.toByteArray();
    }
}
