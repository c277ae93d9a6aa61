package io.understudy.repository;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reports of the replicas, one object each, rewritten by its replica. They are hints, not signed. Thread-safe. */
public final class ReplicaReports {
    /** How many commands of one server can hold what they read at the same time. */
    public static final int PLACES = 4;

    /** How long what a command reads is held after it said so last, which it does each hour. */
    public static final Duration READ = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaReports.class);
    private static final String PREFIX = "replicas/";
    private static final String SUFFIX = ".json";

    /** Under this suffix an older agent sees no report, and no standby. */
    private static final String READING = ".reading";

    private static final int LONGEST = 64 << 10;
    private static final int MOST = 10_000;

    private final Filestore filestore;

    /** Reports that were left out with a warning: each is logged once, until it can be read again. */
    private final Set<String> leftOut = ConcurrentHashMap.newKeySet();

    ReplicaReports(Filestore filestore) {
        this.filestore = filestore;
    }

    /**
     * Replaces the replica's last report.
     *
     * @return false when this replica may not write there, which does it no harm
     */
    public boolean write(ReplicaReport report) {
        return filestore.putIfAllowed(key(report.name()), Content.of(RepositoryJson.line(report)));
    }

    /**
     * All reports, by name. One that is no report is left out with a warning; where the filestore fails none is given.
     */
    public List<ReplicaReport> all() {
        return each(this::readable);
    }

    /**
     * All reports, by name.
     *
     * @throws UnderstudyException {@code STATE_DAMAGED} when one is not what a replica writes
     */
    public List<ReplicaReport> requireAll() {
        return each(this::require);
    }

    /**
     * The reports that may hold snapshots, for code that deletes what no replica holds: it must know of every holder.
     * Reports are not signed, so what they can hold has bounds: only those of listed replicas count, each for a while
     * after it was written.
     *
     * @param listed names of the replicas that count, or in their place the names of their hosts; empty: all
     * @param since by the filestore's clock: an older report holds nothing
     * @param until by the filestore's clock: a report of a later time is forged, and holds nothing
     * @throws UnderstudyException {@code STATE_DAMAGED} when one of these is not what a replica writes
     */
    public List<ReplicaReport> holders(List<String> listed, Instant since, Instant until) {
        return SmallObject.list(filestore, PREFIX, "", MOST).stream()
                .filter(info -> info.key().endsWith(SUFFIX))
                .filter(info ->
                        !info.modified().isBefore(since) && !info.modified().isAfter(until))
                .filter(info -> listed.isEmpty() || listed.stream().anyMatch(name -> isOf(info.key(), name)))
                .map(info -> require(info.key()))
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * Says what a command of a server reads now, so that retention spares it for a day; idempotent. Rewritten by the
     * next command that has this place.
     *
     * @param place 1 to {@value #PLACES}, of which the server gives each to one command at a time
     * @return false when this server may not write there
     */
    public boolean writeReading(ReplicaReport report, int place) {
        return filestore.putIfAllowed(reading(report.name(), place), Content.of(RepositoryJson.line(report)));
    }

    /** As {@link #holders}, for what commands read. Their number is bounded by that of the names. */
    public List<ReplicaReport> readers(List<String> listed, Instant since, Instant until) {
        return SmallObject.list(filestore, PREFIX, "", MOST).stream()
                .filter(info -> info.key().endsWith(READING))
                .filter(info ->
                        !info.modified().isBefore(since) && !info.modified().isAfter(until))
                .filter(info -> listed.isEmpty() || listed.stream().anyMatch(name -> isReadingOf(info.key(), name)))
                .map(info -> reading(info.key()))
                .flatMap(Optional::stream)
                .toList();
    }

    private static boolean isReadingOf(String key, String listed) {
        return IntStream.rangeClosed(1, PLACES)
                .anyMatch(place -> key.equalsIgnoreCase(reading(listed, place))
                        || isShort(key, listed, name -> reading(name, place)));
    }

    private static String reading(String name, int place) {
        String key = key(name);
        return key.substring(0, key.length() - SUFFIX.length()) + "." + place + READING;
    }

    /**
     * One that is damaged makes it unknown what is read: as a report that is.
     *
     * @return empty where it has gone
     */
    private Optional<ReplicaReport> reading(String key) {
        return read(
                key,
                report -> IntStream.rangeClosed(1, PLACES)
                        .mapToObj(place -> reading(report.name(), place))
                        .anyMatch(key::equals));
    }

    /** @param listed {@code b.example.net} for the replicas {@code b.example.net} and {@code b} */
    private static boolean isOf(String key, String listed) {
        return key.equalsIgnoreCase(key(listed)) || isShort(key, listed, ReplicaReports::key);
    }

    /** Whether it is that of the part of a host's name before the first dot. */
    private static boolean isShort(String key, String listed, UnaryOperator<String> naming) {
        int dot = listed.indexOf('.');
        return dot > 0 && key.equalsIgnoreCase(naming.apply(listed.substring(0, dot)));
    }

    /**
     * The last report of one replica.
     *
     * @return empty when there is none
     * @throws UnderstudyException {@code STATE_DAMAGED} when it is not what a replica writes
     */
    public Optional<ReplicaReport> of(String name) {
        return require(key(name));
    }

    private List<ReplicaReport> each(Function<String, Optional<ReplicaReport>> reader) {
        return SmallObject.list(filestore, PREFIX, "", MOST).stream()
                .map(ObjectInfo::key)
                .filter(key -> key.endsWith(SUFFIX))
                .map(reader)
                .flatMap(Optional::stream)
                .toList();
    }

    /** A key of the characters that every filestore takes; different names have different keys. */
    static String key(String name) {
        StringBuilder key = new StringBuilder(PREFIX);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-';
            boolean inner = b == '.' && key.length() > PREFIX.length();
            key.append(plain || inner ? String.valueOf((char) b) : String.format(Locale.ROOT, "_%02x", b));
        }
        return key.append(SUFFIX).toString();
    }

    private Optional<ReplicaReport> readable(String key) {
        try {
            Optional<ReplicaReport> report = require(key);
            leftOut.remove(key);
            return report;
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.STATE_DAMAGED && e.code() != ErrorCode.FILESTORE_DENIED) {
                throw e;
            }
            if (leftOut.add(key)) {
                LOG.warn("a replica's report is left out: {}", e.getMessage());
            }
            return Optional.empty();
        }
    }

    private Optional<ReplicaReport> require(String key) {
        return read(key, report -> key(report.name()).equals(key));
    }

    private Optional<ReplicaReport> read(String key, Predicate<ReplicaReport> isItsOwn) {
        try {
            Optional<byte[]> bytes = SmallObject.read(filestore, key, LONGEST);
            return bytes.isEmpty() ? Optional.empty() : Optional.of(parsed(bytes.get(), isItsOwn));
        } catch (IOException e) {
            throw damaged(key, e);
        } catch (UnderstudyException e) {
            throw e.code() == ErrorCode.MANIFEST_DAMAGED ? damaged(key, e) : e;
        }
    }

    private UnderstudyException damaged(String key, Exception cause) {
        return new UnderstudyException(
                ErrorCode.STATE_DAMAGED,
                "cannot read " + key + " in " + filestore.name() + ": " + cause.getMessage(),
                "remove that object: its replica writes it again",
                cause);
    }

    private static ReplicaReport parsed(byte[] bytes, Predicate<ReplicaReport> isItsOwn) throws IOException {
        ReplicaReport report = RepositoryJson.read(bytes, 0, bytes.length, ReplicaReport.class);
        if (!isItsOwn.test(report)) {
            throw new IOException("it is the report of " + report.name() + " under another name");
        }
        return report;
    }
}
