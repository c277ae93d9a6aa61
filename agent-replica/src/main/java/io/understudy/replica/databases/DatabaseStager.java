package io.understudy.replica.databases;

import io.understudy.databases.Place;
import io.understudy.databases.SiteDatabase;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.databases.Places.At;
import io.understudy.replica.databases.Places.Entry;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamReader;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stages the trees, and then restores each other database of the snapshot next to the live one. What an earlier
 * snapshot had alike is taken over, and one that is live already, by its content, is left as it is. Not for concurrent
 * use.
 */
public final class DatabaseStager implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseStager.class);

    private final Stage trees;
    private final DatabaseExchange exchange;
    private final Places places;
    /** Of the last {@link #prepare}. */
    private final List<String> definers = new ArrayList<>();
    /** What the apply of the last {@link #prepare} makes live. */
    private final List<Place> staged = new ArrayList<>();

    /** @param exchange makes live what is staged here */
    public DatabaseStager(Stage trees, DatabaseExchange exchange) {
        this.trees = trees;
        this.exchange = exchange;
        this.places = exchange.places();
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} where this server does not know how to restore a database */
    @Override
    public void requireFit(Manifest manifest) {
        trees.requireFit(manifest);
        manifest.others().forEach(data -> restorer(manifest, data));
    }

    @Override
    public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
        definers.clear();
        staged.clear();
        PlanSet plans = trees.prepare(manifest, blobs, progress);
        for (DatabaseData data : manifest.others()) {
            restorer(manifest, data)
                    .ifPresent(database -> stage(manifest.snapshot().toString(), data, database, plans.name(), blobs));
        }
        exchange.discardUnbegun(each -> staged.contains(places.place(each)));
        return plans;
    }

    /** What restores it here; empty where it is only kept. */
    private Optional<SiteDatabase> restorer(Manifest manifest, DatabaseData data) {
        SiteDatabase database = exchange.database(data.name())
                .orElseThrow(() -> misfit(manifest, data, "it is not configured on this server"));
        if (!database.preset().equals(data.dump().preset())) {
            throw misfit(manifest, data, "here its preset is " + database.preset());
        }
        return Optional.of(database).filter(SiteDatabase::restorable);
    }

    private static UnderstudyException misfit(Manifest manifest, DatabaseData data, String why) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot restore database \"" + data.name() + "\" of " + manifest.snapshot() + ", which "
                        + data.dump().preset() + " wrote: " + why,
                "configure databases[] of this name as on the primary");
    }

    private void stage(String snapshot, DatabaseData data, SiteDatabase database, String apply, BlobSource blobs) {
        CopyContent content = CopyContent.of(data, database);
        Optional<Entry> whole = restored(data.name(), content.toString()::equals);
        if (whole.isPresent()) {
            Place place = places.place(places.put(whole.get().of(apply, snapshot)));
            staged.add(place);
            warn(database, Optional.of(place));
            return;
        }
        if (isLive(data.name(), content.toString(), database)) {
            LOG.info("database {} is left as it is: what is live is that of {} already", data.name(), snapshot);
            warn(database, Optional.empty());
            return;
        }
        Optional<Entry> again = keptAgain(snapshot, data, database, apply, content);
        Entry entry = again.orElseGet(() -> restore(snapshot, data, database, apply, content, blobs));
        Place place = places.place(entry);
        staged.add(place);
        boolean unchanged = CopyContent.of(data, database).equals(content);
        if (!unchanged) {
            LOG.info("what database {} gets from this server changed during its restore", data.name());
        } else if (again.isEmpty()) {
            fingerprint(database, Optional.of(place)).ifPresent(print -> places.know(entry, print));
        }
        warn(database, Optional.of(place));
        places.put((unchanged ? entry : entry.spoiled()).at(At.RESTORED));
        ReplicaPoint.OTHER_DATABASE_RESTORED.reached();
    }

    private Optional<Entry> restored(String name, Predicate<String> content) {
        return places.all().stream()
                .filter(each ->
                        each.database().equals(name) && each.at() == At.RESTORED && content.test(each.content()))
                .findFirst();
    }

    /** A promotion has seconds, and a restore may take hours: rows of this server that changed since are few. */
    private Optional<Entry> keptAgain(
            String snapshot, DatabaseData data, SiteDatabase database, String apply, CopyContent content) {
        String name = data.name();
        Optional<Entry> left = restored(name, content::differsInRows);
        if (left.isEmpty()) {
            return Optional.empty();
        }
        Entry entry = places.put(left.get().of(apply, snapshot).at(At.RESTORING).holding(content.toString()));
        ReplicaPoint.OTHER_DATABASE_BEGUN.reached();
        try {
            // Other rows by now: what the dump has in the place of those before is not in the copy.
            if (database.keepAgain(places.place(entry))
                    && CopyContent.of(data, database).dump().equals(content.dump())) {
                LOG.info("database {} of {} gets the rows of this server that changed since", name, snapshot);
                return Optional.of(entry);
            }
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.info("database {} of {} is restored again: {}", name, snapshot, e.getMessage());
        }
        return Optional.empty();
    }

    private Entry restore(
            String snapshot,
            DatabaseData data,
            SiteDatabase database,
            String apply,
            CopyContent content,
            BlobSource blobs) {
        Entry entry = places.begin(data.name(), snapshot, apply, content.toString());
        ReplicaPoint.OTHER_DATABASE_BEGUN.reached();
        LOG.info("restoring database {} of {} next to the live one", data.name(), snapshot);
        database.restore(places.place(entry), out -> {
            try (InputStream dump = new StreamReader("the dump of database " + data.name(), data.archive(), blobs)) {
                dump.transferTo(out);
            }
        });
        return entry;
    }

    /** What is remembered says what the dump is as a database; whether the live one is that, only it says. */
    private boolean isLive(String name, String content, SiteDatabase database) {
        return places.knows(name, content)
                && fingerprint(database, Optional.empty())
                        .filter(print -> places.isKnown(name, content, print))
                        .isPresent();
    }

    private static Optional<String> fingerprint(SiteDatabase database, Optional<Place> place) {
        try {
            return database.fingerprint(place);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.warn(
                    "database {} cannot be compared, so its dump is restored even where it is unchanged: {}",
                    database.name(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private void warn(SiteDatabase database, Optional<Place> place) {
        try {
            database.warnings(place).forEach(each -> definers.add("database " + database.name() + ": " + each));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.warn("definers of database {} cannot be read: {}", database.name(), e.getMessage());
        }
    }

    @Override
    public RewriteReport rewritten() {
        return trees.rewritten().withDefiners(definers);
    }

    /** A server that does not answer now says nothing: the next import does. */
    @Override
    public List<String> goneDatabases(Manifest applied) {
        return applied.others().stream()
                .flatMap(data -> exchange.database(data.name()).stream())
                .filter(SiteDatabase::restorable)
                .filter(DatabaseStager::isGone)
                .map(SiteDatabase::name)
                .toList();
    }

    private static boolean isGone(SiteDatabase database) {
        try {
            return !database.isThere();
        } catch (UnderstudyException e) {
            LOG.debug("database {} cannot be looked at: {}", database.name(), e.getMessage());
            return false;
        }
    }

    @Override
    public List<String> lacking(Manifest applied, BlobSource blobs) {
        return trees.lacking(applied, blobs);
    }
}
