package io.understudy.filestore.several;

import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.WriteBatch;
import io.understudy.time.Ticker;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Several filestores as one. Each is asked in threads of its own, so one that hangs holds up the others for no longer
 * than its limit.
 *
 * <p>Reads and other writes go on while one of them answers. What must not be done by halves is done {@link #during a
 * purpose}:
 *
 * <ul>
 *   <li>A commit counts in the stores that took every write of the snapshot, had what it adds to, and took each step of
 *       the commit. With {@code all} these are all stores, or the commit fails; with {@code any} at least one.
 *   <li>A claim meets each set that suffices for a commit: with {@code all} one store suffices, with {@code any} all of
 *       them are needed.
 *   <li>A store with a window takes part in a snapshot while that is open, and in each claim where it answers; neither
 *       relies on it.
 *   <li>A deletion touches only stores that answered since it began.
 * </ul>
 *
 * <p>A listing lacks what only a store has that is away; an object that only such a store may have is
 * {@code FILESTORE_UNREACHABLE}, not missing. Batches are those of one snapshot at a time.
 */
public final class SeveralFilestores implements Filestore {
    private final List<Member> members;
    private final CommitRule rule;
    private final Ticker ticker;
    /** Of the snapshot that is taken now, or was taken last. */
    private volatile Taking snapshot;

    /** @param members at least two */
    SeveralFilestores(List<Member> members, CommitRule rule, Ticker ticker) {
        this.members = List.copyOf(members);
        this.rule = rule;
        this.ticker = ticker;
        this.snapshot = ofSnapshot();
    }

    private Taking ofSnapshot() {
        Taking taking = rule == CommitRule.ALL
                ? Taking.everyThatCounts(members, "with commit: all every filestore has to take a snapshot")
                : Taking.anyThatCounts(members, "one without a window has to take a snapshot");
        return taking.whileOpen();
    }

    /**
     * @param stores each as configured; at least two, the main one first
     * @param clock of the zone of their windows
     */
    public static SeveralFilestores of(List<Opened> stores, CommitRule rule, Ticker ticker, Clock clock) {
        return of(stores, rule, ticker, clock, Member::threads);
    }

    /** @param threads gives those in which a store is asked, by its name; ended with it */
    public static SeveralFilestores of(
            List<Opened> stores,
            CommitRule rule,
            Ticker ticker,
            Clock clock,
            Function<String, ExecutorService> threads) {
        return new SeveralFilestores(
                stores.stream()
                        .map(each -> new Member(
                                each.settings(),
                                each.store(),
                                ticker,
                                clock,
                                threads.apply(each.settings().name())))
                        .toList(),
                rule,
                ticker);
    }

    /** A filestore that was opened as its settings say. */
    public record Opened(NamedFilestore settings, Filestore store) {}

    @Override
    public String name() {
        return Taking.names(members);
    }

    @Override
    public List<Copy> copies() {
        return members.stream().map(Member::copy).toList();
    }

    @Override
    public Filestore during(Purpose purpose) {
        return switch (purpose) {
            case COMMIT -> new JoinedFilestore(snapshot, ticker, false);
            // Its stores are closed with this one.
            case SAVE -> new SeveralFilestores(members, CommitRule.ANY, ticker);
            case CLAIM -> new JoinedFilestore(claimed(), ticker, true);
            case DELETION, CATCH_UP -> now();
        };
    }

    private Taking claimed() {
        return rule == CommitRule.ALL
                ? Taking.anyThatCounts(
                        reachable(Member::counts), "the claim has to stand in a filestore without a window")
                : Taking.everyThatCounts(
                        members,
                        "with commit: any the old primary could go on in a filestore that has no claim, so all of"
                                + " them are needed");
    }

    /** Those that have not failed a moment ago; all where each of these has. */
    private List<Member> reachable(Predicate<Member> these) {
        List<Member> good = members.stream().filter(each -> !each.isAway()).toList();
        return good.stream().noneMatch(these) ? members : good;
    }

    private JoinedFilestore now() {
        return new JoinedFilestore(Taking.any(reachable(each -> true)), ticker, false);
    }

    @Override
    public Capabilities capabilities() {
        return now().capabilities();
    }

    @Override
    public void put(String key, Content content) {
        now().put(key, content);
    }

    @Override
    public WriteBatch batch() {
        snapshot = ofSnapshot();
        return new SeveralBatch(snapshot, ticker);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return now().putIfAbsent(key, content);
    }

    @Override
    public InputStream open(String key, long offset) {
        try {
            return now().open(key, offset);
        } catch (UnderstudyException e) {
            if (!Taking.isMissing(e) || members.stream().noneMatch(Member::isAway)) {
                throw e;
            }
            // One that is away may have it.
            return new JoinedFilestore(Taking.any(members), ticker, false).open(key, offset);
        }
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return now().stat(key);
    }

    @Override
    public Optional<ObjectInfo> statEverywhere(String key) {
        return new JoinedFilestore(snapshot, ticker, false).statEverywhere(key);
    }

    @Override
    public Optional<ObjectInfo> statOnce(String key) {
        return now().statOnce(key);
    }

    @Override
    public Page page(String prefix, String after) {
        return now().page(prefix, after);
    }

    @Override
    public Stream<ObjectInfo> list(String prefix, String after) {
        return now().list(prefix, after);
    }

    @Override
    public void delete(String key) {
        now().delete(key);
    }

    @Override
    public void close() {
        members.forEach(Member::close);
    }
}
