package io.understudy.filestore.several;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.BoundedListing;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.StoredBytes;
import io.understudy.filestore.WriteBatch;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those of several stores that take part in one piece of work, as one: see {@link Taking}. A write goes to all of them,
 * a listing is their union, an object is read from the first that has it.
 */
final class JoinedFilestore implements Filestore {
    private static final Logger LOG = LoggerFactory.getLogger(SeveralFilestores.class);

    private final Taking taking;
    private final Ticker ticker;
    private final boolean asFarAsItGoes;

    /** @param asFarAsItGoes whether what is created in one store is of use although another fails */
    JoinedFilestore(Taking taking, Ticker ticker, boolean asFarAsItGoes) {
        this.taking = taking;
        this.ticker = ticker;
        this.asFarAsItGoes = asFarAsItGoes;
    }

    @Override
    public String name() {
        return Taking.names(taking.all());
    }

    @Override
    public List<Copy> copies() {
        return taking.left().stream().map(Member::copy).toList();
    }

    /** What all of them can. */
    @Override
    public Capabilities capabilities() {
        Map<Member, Capabilities> found =
                taking.ask(member -> member.start("ask what it can", member.store()::capabilities));
        return new Capabilities(found.values().stream().allMatch(Capabilities::conditionalPut));
    }

    @Override
    public void put(String key, Content content) {
        Content kept = own(content);
        taking.ask(member -> member.start("write " + key, kept.length(), member.putting(key, kept)));
    }

    /** A store that hangs reads it when its owner has long gone on. */
    static Content own(Content content) {
        return Content.of(Arrays.copyOf(content.buffer(), content.length()));
    }

    @Override
    public WriteBatch batch() {
        return new SeveralBatch(taking, ticker);
    }

    /**
     * In one after the other, so that of racing callers no two win: who meets another's object takes back what it has
     * created, and has lost.
     */
    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        List<Member> created = new ArrayList<>();
        Optional<UnderstudyException> failure = Optional.empty();
        for (Member member : taking.left()) {
            try {
                if (member.putIfAbsent(key, content)) {
                    created.add(member);
                } else if (!holds(member, key, content)) {
                    created.forEach(each -> takeBack(each, key));
                    return false;
                }
            } catch (UnderstudyException e) {
                if (!Call.isOfStore(e)) {
                    throw e;
                }
                Optional<UnderstudyException> whole = dropped(member, e);
                failure = failure.or(() -> whole);
            }
        }
        failure.ifPresent(why -> {
            throw why;
        });
        return !created.isEmpty();
    }

    /** @return why the whole fails with it; thrown at once where going on is of no use */
    private Optional<UnderstudyException> dropped(Member member, UnderstudyException why) {
        try {
            taking.drop(member, why);
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (!asFarAsItGoes) {
                throw e;
            }
            return Optional.of(e);
        }
    }

    private static void takeBack(Member member, String key) {
        try {
            member.delete(key);
        } catch (UnderstudyException e) {
            LOG.warn("{} stays in {}, though another one stands elsewhere: {}", key, member, e.getMessage());
        }
    }

    private static boolean holds(Member member, String key, byte[] content) {
        try {
            return StoredBytes.are(() -> member.open(key, 0), content);
        } catch (UnderstudyException e) {
            if (Taking.isMissing(e)) {
                return false;
            }
            throw e;
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_FAILED,
                    "cannot read " + key + " in " + member + ": " + e,
                    "try again; if it fails again, check the filestore",
                    e);
        }
    }

    @Override
    public InputStream open(String key, long offset) {
        UnderstudyException missing = null;
        UnderstudyException failed = null;
        for (Member member : taking.left()) {
            try {
                return member.open(key, offset);
            } catch (UnderstudyException e) {
                if (Taking.isMissing(e)) {
                    missing = e;
                } else if (Call.isOfStore(e)) {
                    failed = e;
                    taking.drop(member, e);
                } else {
                    throw e;
                }
            }
        }
        // One that failed may have it.
        throw failed == null ? missing : failed;
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return found(key).values().stream().flatMap(Optional::stream).reduce(Pages::younger);
    }

    @Override
    public Optional<ObjectInfo> statEverywhere(String key) {
        Map<Member, Optional<ObjectInfo>> found = found(key);
        return found.values().stream().allMatch(Optional::isPresent)
                ? found.values().stream().flatMap(Optional::stream).reduce(Pages::older)
                : Optional.empty();
    }

    private Map<Member, Optional<ObjectInfo>> found(String key) {
        return taking.ask(
                member -> member.start("look for " + key, () -> member.store().stat(key)));
    }

    @Override
    public Optional<ObjectInfo> statOnce(String key) {
        return taking
                .ask(member ->
                        member.start("look for " + key, () -> member.store().statOnce(key)))
                .values()
                .stream()
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public Page page(String prefix, String after) {
        return Pages.merged(taking.ask(member ->
                        member.start("list " + prefix, () -> member.store().page(prefix, after)))
                .values());
    }

    @Override
    public Stream<ObjectInfo> list(String prefix, String after) {
        return new BoundedListing(this, prefix, ticker, ended -> {}).from(after);
    }

    @Override
    public void delete(String key) {
        taking.ask(member -> member.start("delete " + key, member.deleting(key)));
    }

    /** Its stores belong to {@link SeveralFilestores}. */
    @Override
    public void close() {}
}
