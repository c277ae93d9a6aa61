package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestore.Purpose;
import io.understudy.filestore.RepeatedLook;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.time.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The claims of epochs: the fence against an old primary. A claim is a signed object that is created conditionally, so
 * of racing servers one gets the epoch. Thread-safe.
 *
 * <p>A claim fences when a trusted key signed it for this repository. What merely has the name of one is junk: it is
 * reported, and its number is given to no server. A claim that was genuine and is damaged later is junk too, for a
 * reader cannot distinguish the two; so {@link EpochStore} keeps which epoch of another server was seen.
 *
 * <p>More than 300 lines, for who holds an epoch is judged best in one place.
 */
public final class Epochs {
    private static final String PREFIX = "epochs/";
    private static final Pattern KEY = Pattern.compile("epochs/(\\d{8})\\.json");
    static final int LONGEST = 64 << 10;
    private static final int MOST = 20_000;
    /** Claims that are read to find one of this repository. */
    private static final int TRIED = 100;

    private final Filestore filestore;
    private final String site;
    private final UUID repository;
    private final TrustedKeys trusted;
    private final ClaimCodec codec;

    Epochs(Filestore filestore, String site, UUID repository, TrustedKeys trusted) {
        this.filestore = filestore;
        this.site = site;
        this.repository = repository;
        this.trusted = trusted;
        this.codec = new ClaimCodec(site, repository, trusted);
    }

    /** As {@link #highest(int)}, of a server that knows of no epoch. */
    public int highest() {
        return highest(0);
    }

    /**
     * The highest epoch that a trusted key claimed. Reads the claims above the known one.
     *
     * @param known an epoch that is known to have been claimed; 0: none
     * @return {@code known} when no such claim is above it
     */
    public int highest(int known) {
        return above(known).highest();
    }

    /**
     * The lowest epoch above all that has the name of a claim, as far as an agent can have given it ({@link
     * GivenNumbers}): a claim that cannot be read may have been another server's.
     *
     * @param known an epoch that is known to have been claimed; 0: none
     * @throws UnderstudyException {@code EPOCH_TAKEN} when no number is left
     */
    public int next(int known) {
        int next = GivenNumbers.highest(known, GivenNumbers.OF_EPOCHS, claimed()) + 1;
        if (next > EpochClaim.HIGHEST) {
            throw new UnderstudyException(
                    ErrorCode.EPOCH_TAKEN,
                    "cannot claim an epoch of site \"" + site + "\": " + EpochClaim.HIGHEST
                            + " is the last there is, and it is claimed",
                    "find out who wrote " + key(EpochClaim.HIGHEST) + ", and remove it: no agent reaches that number");
        }
        return next;
    }

    /**
     * The claims above an epoch.
     *
     * @param highest the highest that a trusted key signed; the epoch itself where there is none
     * @param junk those that no trusted key signed, or whose number no agent gave
     */
    public record Above(int highest, List<JunkObject> junk) {
        public Above {
            junk = List.copyOf(junk);
        }
    }

    /** Whether an object has the name of a claim of this epoch, by one question that reads nothing. */
    public boolean isNamed(int epoch) {
        return filestore.stat(key(epoch)).isPresent();
    }

    /** Reads the claims above this epoch, and no other. */
    public Above above(int epoch) {
        int[] numbers = claimed().filter(each -> each > epoch).sorted().toArray();
        int given = GivenNumbers.highest(epoch, GivenNumbers.OF_EPOCHS, IntStream.of(numbers));
        int highest = epoch;
        List<JunkObject> junk = new ArrayList<>();
        for (int each : numbers) {
            Optional<JunkObject> found = each > given ? Optional.of(JunkObject.farOff(key(each))) : junk(each);
            found.ifPresent(junk::add);
            highest = found.isPresent() ? highest : each;
        }
        if (highest == epoch && junk.stream().anyMatch(JunkObject::isDenied) && !areHere(none -> {})) {
            JunkObject.requireReadable(junk);
        }
        return new Above(highest, junk);
    }

    /**
     * Takes the epoch. Repeated with the same nonce it succeeds again, so a claim whose acknowledgement was lost is
     * found to be one's own.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN} when a higher epoch is another's, or an object of this one's name
     *     is there that is not this claim
     */
    public void claim(EpochClaim claim, SigningKey key) {
        int highest = highest(claim.epoch());
        if (highest > claim.epoch()) {
            throw taken(claim.epoch(), highest);
        }
        during(Purpose.CLAIM).create(claim, key);
    }

    private void create(EpochClaim claim, SigningKey key) {
        byte[] bytes = SignedLine.sign(codec.line(claim), key);
        if (!filestore.putIfAbsent(key(claim.epoch()), bytes)
                && !isOurs(claim, false).orElse(false)) {
            throw taken(claim.epoch(), claim.epoch());
        }
    }

    /**
     * Looks whether {@link #claim} could take the epoch. Writes nothing.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN}
     */
    public void requireFree(EpochClaim claim) {
        during(Purpose.CLAIM).requireFreeHere(claim);
    }

    /** The claims of a switchover, which stand in each filestore that counts. */
    public PlannedClaims planned() {
        return new PlannedClaims(this);
    }

    /** The claims in each store that is written to at all times; of a single store these. */
    List<Epochs> counting() {
        List<Copy> copies = alwaysWritten();
        return copies.isEmpty()
                ? List.of(this)
                : copies.stream()
                        .map(copy -> new Epochs(copy.store(), site, repository, trusted))
                        .toList();
    }

    /** As {@link Identity#requireSame}, of each store that counts. */
    void requireSameRepository() {
        alwaysWritten().forEach(copy -> Identity.requireSame(copy, repository));
    }

    private List<Copy> alwaysWritten() {
        return filestore.copies().stream()
                .filter(copy -> copy.window().isEmpty())
                .toList();
    }

    String where() {
        return filestore.name();
    }

    /** @return false where something else has its name */
    boolean created(EpochClaim claim, SigningKey key) {
        return filestore.putIfAbsent(key(claim.epoch()), SignedLine.sign(codec.line(claim), key))
                || isOursHere(claim, false).orElse(false);
    }

    /** Takes back a claim that was sent and has not succeeded. */
    void delete(EpochClaim claim) {
        if (isOursHere(claim, false).orElse(false)) {
            filestore.delete(key(claim.epoch()));
        }
    }

    private Epochs during(Purpose purpose) {
        Filestore chosen = filestore.during(purpose);
        return chosen == filestore ? this : new Epochs(chosen, site, repository, trusted);
    }

    private void requireFreeHere(EpochClaim claim) {
        int highest = highest(claim.epoch());
        if (highest > claim.epoch() || !isOurs(claim, false).orElse(true)) {
            throw taken(claim.epoch(), highest);
        }
    }

    /**
     * That each copy of the repository holds the same claim of this epoch; one that lacks it gets it. Two servers may
     * each have claimed it where the other could not see it: then neither may commit.
     *
     * @throws UnderstudyException {@code FENCED}
     */
    void requireOneClaim(int epoch) {
        List<Copy> copies = filestore.copies();
        Optional<byte[]> claim = copies.isEmpty() ? Optional.empty() : sound(epoch);
        for (Copy copy : claim.isEmpty() ? List.<Copy>of() : copies) {
            Identity.requireSame(copy, repository);
            if (!copied(epoch, claim.get(), copy.store())) {
                throw new UnderstudyException(
                        ErrorCode.FENCED,
                        "cannot commit in epoch " + epoch + ": filestore " + copy.name()
                                + " holds another claim of it than the others",
                        "two servers were promoted at the same time, each in other filestores: decide which of them stays,"
                                + " make the others standbys, and run agent-replica promote --force on it");
            }
        }
    }

    /** @return false where the store holds something else under that name */
    private static boolean copied(int epoch, byte[] claim, Filestore to) {
        return RepeatedLook.finds(() -> SmallObject.read(to, key(epoch), LONGEST)
                .map(there -> Arrays.equals(there, claim))
                .orElseGet(() -> to.putIfAbsent(key(epoch), claim)));
    }

    void copyTo(Repository copy) {
        copyTo(copy.epochs().filestore);
    }

    /** Gives a copy of this repository the claims that it lacks, as far as a trusted key signed them. */
    void copyTo(Filestore copy) {
        Epochs target = new Epochs(copy, site, repository, trusted);
        Set<Integer> there = target.claimed().boxed().collect(Collectors.toSet());
        claimed()
                .filter(each -> !there.contains(each) && junk(each).isEmpty())
                .forEach(each -> sound(each).ifPresent(bytes -> copied(each, bytes, copy)));
    }

    /** The object as it was just read and checked: what is copied must not be what a broken download left of it. */
    private Optional<byte[]> sound(int epoch) {
        Optional<byte[]> bytes = stored(epoch);
        bytes.ifPresent(read -> codec.decoded(epoch, read, true));
        return bytes;
    }

    /**
     * The claim of an epoch, with its signature checked.
     *
     * @throws UnderstudyException as {@link ManifestCodec#decode}
     */
    public Optional<EpochClaim> read(int epoch) {
        return stored(epoch).map(bytes -> codec.decoded(epoch, bytes, true));
    }

    /**
     * Whether a trusted key claimed an epoch of this repository. Reads no more than a few claims, among them the first
     * one, which no agent deletes. @param junk receives why others are none; one of another format, too
     */
    boolean areHere(Consumer<JunkObject> junk) {
        return claimed().sorted().limit(TRIED).mapToObj(this::unread).anyMatch(why -> {
            why.ifPresent(junk);
            return why.isEmpty();
        });
    }

    /**
     * Reads every claim and checks it, but for those whose number no agent gave.
     *
     * @param used the highest epoch that has snapshots: from the second on each was claimed first
     * @throws UnderstudyException as {@link ManifestCodec#decode} for the first that is damaged; {@code OBJECT_MISSING}
     *     for that of {@code used}
     */
    void check(int used) {
        int highest = GivenNumbers.highest(used, GivenNumbers.OF_EPOCHS, claimed());
        claimed().filter(each -> each <= highest).forEach(this::read);
        if (used > 1 && read(used).isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.OBJECT_MISSING,
                    "cannot find claim " + key(used) + " in " + filestore.name() + ", though epoch " + used
                            + " has snapshots",
                    "restore it from another copy of the repository, or run agent-replica promote again on the server that serves the site");
        }
    }

    /**
     * Who took the epoch, for messages; says so when the claim is not to be trusted. Never throws for what the claim
     * holds.
     */
    String describe(int epoch) {
        try {
            return read(epoch).map(Epochs::describe).orElse("epoch " + epoch + " is in use");
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e)) {
                throw e;
            }
            return "epoch " + epoch + " was claimed, without a trusted signature (" + e.getMessage() + ")";
        }
    }

    static String key(int epoch) {
        return String.format(Locale.ROOT, "%s%08d.json", PREFIX, epoch);
    }

    private static String describe(EpochClaim claim) {
        return "epoch " + claim.epoch() + " was claimed by " + claim.server() + " at " + Moments.text(claim.when())
                + " (" + claim.reason() + ")";
    }

    /**
     * Whether this claim holds its epoch, by a signature that is trusted: in each copy that has one of it. Where two
     * servers claimed it, each in another filestore, neither does.
     */
    public boolean stands(EpochClaim claim) {
        return isOurs(claim, true).orElse(false);
    }

    /** @return empty when the epoch has no claim; false also where one copy of several has another's */
    private Optional<Boolean> isOurs(EpochClaim claim, boolean verified) {
        if (filestore.copies().isEmpty()) {
            return isOursHere(claim, verified);
        }
        // Copies that do not answer drop out here.
        filestore.stat(key(claim.epoch()));
        return filestore.copies().stream()
                .map(copy -> new Epochs(copy.store(), site, repository, trusted).isOursHere(claim, verified))
                .flatMap(Optional::stream)
                .reduce(Boolean::logicalAnd);
    }

    Optional<Boolean> isOursHere(EpochClaim claim, boolean verified) {
        AtomicReference<Optional<Boolean>> seen = new AtomicReference<>();
        RepeatedLook.finds(() -> {
            seen.set(seesOurs(claim, verified));
            return seen.get().orElse(true);
        });
        return seen.get();
    }

    private Optional<Boolean> seesOurs(EpochClaim claim, boolean verified) {
        try {
            return stored(claim.epoch())
                    .map(there -> codec.decoded(claim.epoch(), there, verified)
                            .nonce()
                            .equals(claim.nonce()));
        } catch (UnderstudyException e) {
            if (!JunkObject.isOfOneObject(e)) {
                throw e;
            }
            return Optional.of(false);
        }
    }

    private IntStream claimed() {
        return SmallObject.list(filestore, PREFIX, "", MOST).stream()
                .map(info -> KEY.matcher(info.key()))
                .filter(Matcher::matches)
                .mapToInt(matcher -> Integer.parseInt(matcher.group(1)));
    }

    /** Why what is listed as the claim of this epoch is none that is trusted; empty where it is one. */
    private Optional<JunkObject> junk(int epoch) {
        return unread(epoch).filter(found -> !found.isSigned());
    }

    private Optional<JunkObject> unread(int epoch) {
        String key = key(epoch);
        return JunkObject.in(key, () -> read(epoch).orElseThrow(JunkObject.noObject(key)::why));
    }

    UnderstudyException taken(int epoch, int by) {
        return new UnderstudyException(
                ErrorCode.EPOCH_TAKEN,
                "cannot claim epoch " + epoch + " of site \"" + site + "\": " + describe(by),
                junk(by).isPresent()
                        ? "no key that is trusted here signed " + key(by) + ": find out who wrote that object"
                        : "another server was promoted: check its state before you promote this one too");
    }

    private Optional<byte[]> stored(int epoch) {
        return SmallObject.read(filestore, key(epoch), LONGEST);
    }
}
