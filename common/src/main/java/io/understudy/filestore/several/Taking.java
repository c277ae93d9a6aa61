package io.understudy.filestore.several;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of several stores take part in one piece of work. One that fails takes no part any more, so that at its end
 * those that are left took part in all of it. Thread-safe.
 */
final class Taking {
    private static final Logger LOG = LoggerFactory.getLogger(SeveralFilestores.class);

    private final List<Member> all;
    private final Predicate<Member> needed;
    private final Predicate<Member> enough;
    private final Predicate<Member> open;
    private final String why;
    private final Map<Member, UnderstudyException> dropped = new LinkedHashMap<>();

    /**
     * @param all that are to take part
     * @param needed of which none may fail
     * @param enough of which one has to be left
     * @param open which may take part on
     * @param why the work needs those, for messages
     */
    private Taking(
            List<Member> all, Predicate<Member> needed, Predicate<Member> enough, Predicate<Member> open, String why) {
        this.all = List.copyOf(all);
        this.needed = needed;
        this.enough = enough;
        this.open = open;
        this.why = why;
    }

    /** As long as one of them is left. */
    static Taking any(List<Member> all) {
        return new Taking(all, each -> false, each -> true, each -> true, "");
    }

    /**
     * As long as one is left that is written to at all times.
     *
     * @param why for messages
     */
    static Taking anyThatCounts(List<Member> all, String why) {
        return new Taking(all, each -> false, Member::counts, each -> true, why);
    }

    /**
     * None that is written to at all times may fail.
     *
     * @param why for messages
     */
    static Taking everyThatCounts(List<Member> all, String why) {
        return new Taking(all, Member::counts, Member::counts, each -> true, why);
    }

    /** The same, without those to which no content may be written, from when that is so. */
    Taking whileOpen() {
        return new Taking(all, needed, enough, Member::isOpen, why);
    }

    /** Those that took part from the beginning. */
    List<Member> all() {
        return all;
    }

    /**
     * Those that still take part, in the order of the configuration; at least one.
     *
     * @throws UnderstudyException where one has failed that the work cannot go on without
     */
    synchronized List<Member> left() {
        dropped.keySet().stream().filter(needed).findFirst().ifPresent(member -> {
            throw whole(dropped.get(member));
        });
        all.stream().filter(each -> !open.test(each)).forEach(this::close);
        List<Member> left = remaining();
        requireEnough(left, dropped.values().iterator());
        return left;
    }

    private List<Member> remaining() {
        return all.stream().filter(each -> !dropped.containsKey(each)).toList();
    }

    private void close(Member member) {
        if (!dropped.containsKey(member)) {
            LOG.debug("filestore {} takes no further part in this: its window is closed", member);
            dropped.put(
                    member,
                    new UnderstudyException(
                            ErrorCode.FILESTORE_UNREACHABLE,
                            "cannot write to " + member + ": its window is closed",
                            "it is caught up when the window opens"));
        }
    }

    /** Whether the work goes on without it. */
    boolean spares(Member member) {
        return !needed.test(member);
    }

    synchronized boolean has(Member member) {
        return all.contains(member) && !dropped.containsKey(member);
    }

    /**
     * It failed.
     *
     * @throws UnderstudyException where the work cannot go on without it
     */
    synchronized void drop(Member member, UnderstudyException failure) {
        if (dropped.putIfAbsent(member, failure) == null && all.size() > 1) {
            LOG.warn("filestore {} takes no further part in this: {}", member, failure.getMessage());
        }
        if (needed.test(member)) {
            throw whole(failure);
        }
        requireEnough(remaining(), List.of(failure).iterator());
    }

    /** @param failures what the first of says why there are not enough */
    private void requireEnough(List<Member> left, Iterator<UnderstudyException> failures) {
        if (failures.hasNext() && left.stream().noneMatch(enough)) {
            UnderstudyException failure = failures.next();
            throw left.isEmpty() ? failure : whole(failure);
        }
    }

    private UnderstudyException whole(UnderstudyException failure) {
        return new UnderstudyException(failure.code(), failure.getMessage() + "; " + why, failure.hint(), failure);
    }

    /**
     * Asks all that are left at the same time, and waits for all of them.
     *
     * @return what those answered that did not fail, in their order
     * @throws UnderstudyException as {@link #drop}; a failure that says nothing of the store at once
     */
    <T> Map<Member, T> ask(Function<Member, Call<T>> start) {
        List<Call<T>> calls = new ArrayList<>();
        left().forEach(member -> calls.add(start.apply(member)));
        Map<Member, T> answers = new LinkedHashMap<>();
        UnderstudyException last = null;
        for (Call<T> call : calls) {
            try {
                answers.put(call.member(), call.await());
            } catch (UnderstudyException e) {
                if (!Call.isOfStore(e)) {
                    throw e;
                }
                last = e;
                drop(call.member(), e);
            }
        }
        if (answers.isEmpty() && last != null) {
            throw last;
        }
        return answers;
    }

    /** The names of these stores, for messages. */
    static String names(List<Member> members) {
        return members.stream().map(Filestore::name).collect(Collectors.joining(" and "));
    }

    static boolean isMissing(UnderstudyException failure) {
        return failure.code() == ErrorCode.OBJECT_MISSING;
    }
}
