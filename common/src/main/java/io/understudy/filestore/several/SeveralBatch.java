package io.understudy.filestore.several;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.WriteBatch;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The writes of one snapshot to several stores, side by side. A store that fails, or holds up the others for too long,
 * gets no more of them, and not the manifest either.
 */
final class SeveralBatch implements WriteBatch {
    private final Taking taking;
    private final Ticker ticker;
    private final Map<Member, MemberBatch> batches = new ConcurrentHashMap<>();
    private final Map<Member, Duration> heldUp = new ConcurrentHashMap<>();
    private final AtomicInteger writers = new AtomicInteger();

    /**
     * A store that the snapshot can do without may hold up the others only for its limit in all, others for each write.
     */
    SeveralBatch(Taking taking, Ticker ticker) {
        this.taking = taking;
        this.ticker = ticker;
        Map<Member, WriteBatch> begun = taking.ask(
                member -> member.start("begin a batch", () -> member.store().batch()));
        begun.forEach((member, batch) -> batches.put(member, new MemberBatch(member, batch)));
    }

    @Override
    public void put(String key, Content content) {
        Content kept = JoinedFilestore.own(content);
        int side = writers.incrementAndGet();
        try {
            List<Call<Boolean>> calls = new ArrayList<>();
            Map<Member, Boolean> done = taking.ask(member -> {
                Call<Boolean> call = batches.get(member).start(key, kept);
                calls.add(call);
                return call;
            });
            if (done.size() > 1 && done.keySet().stream().anyMatch(taking::spares)) {
                charge(
                        calls.stream()
                                .filter(each -> done.containsKey(each.member()))
                                .toList(),
                        side);
            }
        } finally {
            writers.decrementAndGet();
        }
    }

    /** @param side how many writes are under way at the same time: they wait together */
    private void charge(List<Call<Boolean>> calls, int side) {
        // One with a window does not suffice: whether it is faster than the others says nothing.
        long fastest = calls.stream()
                        .filter(each -> each.member().counts())
                        .mapToLong(each -> each.ended() - calls.get(0).ended())
                        .min()
                        .orElse(0)
                + calls.get(0).ended();
        for (Call<Boolean> call : calls) {
            Duration waited = Duration.ofNanos(Math.max(0, call.ended() - fastest) / side);
            Duration sum = heldUp.merge(call.member(), waited, Duration::plus);
            if (sum.compareTo(call.member().limit()) > 0 && taking.spares(call.member()) && taking.has(call.member())) {
                taking.drop(call.member(), slow(call.member()));
            }
        }
    }

    private static UnderstudyException slow(Member member) {
        return new UnderstudyException(
                ErrorCode.FILESTORE_UNREACHABLE,
                "cannot write on to " + member + ": it has held up the other filestores for more than "
                        + member.limit().toSeconds() + " s",
                "it is caught up after the snapshot; to wait longer for it: filestores[].hold_up");
    }

    /** A put that may have found it asked all of them. */
    @Override
    public void keep(String key) {
        taking.left().forEach(member -> batches.get(member).keep(key));
    }

    @Override
    public void addsTo(String key) {
        taking.ask(member ->
                        member.start("look for " + key, () -> member.store().stat(key)))
                .forEach((member, found) -> {
                    if (found.isEmpty()) {
                        taking.drop(member, behind(member, key));
                    }
                });
    }

    private static UnderstudyException behind(Member member, String key) {
        return new UnderstudyException(
                ErrorCode.FILESTORE_FAILED,
                "cannot add to " + member + ": it lacks " + key + ", which the other filestores have",
                "it is caught up by the running agent, or by agent-primary sync; then try again");
    }

    @Override
    public void settle() {
        taking.ask(member -> batches.get(member).startSettling());
    }

    @Override
    public void close() {
        batches.values().forEach(MemberBatch::close);
    }
}
