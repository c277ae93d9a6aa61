package io.understudy.filestore.several;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
    private final Optional<String> whyAll;
    private final Map<Member, UnderstudyException> dropped = new LinkedHashMap<>();

    /**
     * @param all that are to take part
     * @param whyAll why none of them may fail, for messages; empty where it suffices that one is left
     */
    private Taking(List<Member> all, Optional<String> whyAll) {
        this.all = List.copyOf(all);
        this.whyAll = whyAll;
    }

    static Taking any(List<Member> all) {
        return new Taking(all, Optional.empty());
    }

    /** @param why for messages */
    static Taking every(List<Member> all, String why) {
        return new Taking(all, Optional.of(why));
    }

    /** Those that took part from the beginning. */
    List<Member> all() {
        return all;
    }

    /**
     * Those that still take part, in the order of the configuration; at least one.
     *
     * @throws UnderstudyException where none may fail, and one has
     */
    synchronized List<Member> left() {
        if (whyAll.isPresent()) {
            dropped.values().stream().findFirst().ifPresent(why -> {
                throw whole(why);
            });
        }
        return all.stream().filter(each -> !dropped.containsKey(each)).toList();
    }

    synchronized boolean has(Member member) {
        return all.contains(member) && !dropped.containsKey(member);
    }

    /**
     * It failed.
     *
     * @throws UnderstudyException where the work cannot go on without it
     */
    synchronized void drop(Member member, UnderstudyException why) {
        if (dropped.putIfAbsent(member, why) == null && all.size() > 1) {
            LOG.warn("filestore {} takes no further part in this: {}", member, why.getMessage());
        }
        if (whyAll.isPresent()) {
            throw whole(why);
        }
        if (left().isEmpty()) {
            throw why;
        }
    }

    private UnderstudyException whole(UnderstudyException why) {
        return new UnderstudyException(why.code(), why.getMessage() + "; " + whyAll.orElseThrow(), why.hint(), why);
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
