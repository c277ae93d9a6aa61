package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.simulation.Contents.Content;
import io.understudy.simulation.StoreWatch.Genuine;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Watches the servers: promises 3, 4, 5 and 8. Knows of each server which databases have served as production, what its
 * files were with each, and what its operators asked for.
 */
final class ServerWatch {
    private static final long ALWAYS = Long.MAX_VALUE;

    /** What is known of one server. */
    private static final class View {
        /** The event at which the marker went, or {@link #ALWAYS} while it is there. */
        private long unmarkedAt;

        private long markedAt = -1;
        private boolean markedByHand;
        private Optional<DatabaseIdentity> live = Optional.empty();
        /**
         * Databases that were live without the marker: what follows them is no step back from the snapshot they once
         * were.
         */
        private final Set<DatabaseIdentity> production = new HashSet<>();

        private final Set<DatabaseIdentity> served = new HashSet<>();
        private final Map<DatabaseIdentity, Map<String, String>> files = new HashMap<>();
        private final Map<DatabaseIdentity, DatabaseIdentity> before = new HashMap<>();
        /** What was asked for by name, and at which event. */
        private final Map<String, Long> asked = new HashMap<>();

        private final Set<String> proven = new HashSet<>();
        private String state = "seeding";
        private String phase = "";
        private boolean filesUnknown;
        /** Whether an operator asked for what the replica's agent does. */
        private boolean commanded;

        private long unmarkedByHandAt = -1;
        /** What something wrote into databases that are live on a standby. */
        private final Map<DatabaseIdentity, Map<String, String>> drifted = new HashMap<>();

        /** Of these the load that mended them has to report it. */
        private final Set<DatabaseIdentity> unreported = new HashSet<>();

        private final Set<DatabaseIdentity> droppedByHand = new HashSet<>();
        /** The event at which the intent was written that is carried out, or -1. */
        private long applyingSince = -1;
    }

    private final Run run;
    private final Map<String, View> views = new HashMap<>();

    ServerWatch(Run run) {
        this.run = run;
    }

    /** A server comes into being, with a database of its own or none. */
    void add(Server server) {
        View view = new View();
        view.live = server.live();
        view.live.ifPresent(view.served::add);
        view.unmarkedAt = server.marked() ? ALWAYS : 0;
        views.put(server.name, view);
    }

    /** The marker came or went. @param byHand whether no agent did it */
    void marker(Server server, boolean byHand) {
        View view = view(server);
        boolean marked = server.marked();
        if (marked && view.unmarkedAt != ALWAYS) {
            view.unmarkedAt = ALWAYS;
            view.markedAt = run.now();
        } else if (!marked && view.unmarkedAt == ALWAYS) {
            view.unmarkedAt = run.now();
            view.unmarkedByHandAt = byHand ? run.now() : view.unmarkedByHandAt;
            view.live.ifPresent(view.production::add);
        }
        view.markedByHand = marked && byHand;
    }

    /** An operator asked for this snapshot by name. */
    void asked(Server server, String snapshot) {
        view(server).asked.put(snapshot, run.now());
    }

    /** The site wrote into its database or files, as production. */
    void served(Server server) {
        View view = view(server);
        server.live().ifPresent(view.served::add);
        server.live().ifPresent(view.drifted::remove);
        server.live().ifPresent(view.files::remove);
        view.filesUnknown |= view.state.equals("applying");
    }

    /** The site's health was good. */
    void proved(Server server) {
        server.live()
                .flatMap(server.databases::content)
                .ifPresent(id -> view(server).proven.add(id.toString()));
    }

    void reported(String name, JsonNode report) {
        String proven = report.path("proven").asText("");
        if (!proven.isEmpty()
                && !proven.equals("null")
                && !views.get(name).proven.contains(proven)) {
            throw Promise.RETENTION.broken(name + " reports " + proven + " as proven, which it never was there");
        }
    }

    /**
     * A commit is only right where there was no marker when the agent looked last: after the last content was read.
     *
     * @param content the last event at which the committer touched content
     */
    void committing(String server, String snapshot, long content) {
        View view = views.get(server);
        if (view.unmarkedAt == ALWAYS && view.markedAt < content) {
            throw Promise.MARKER.broken(server + " committed " + snapshot + " in backup mode");
        }
    }

    /** One moment of the whole site: what was written together is there together, and each row's file is there. */
    void checkMoment(String snapshot, Content content) {
        String notes = content.tables().getOrDefault("note", "");
        String stamp = content.tables().getOrDefault("stamp", "").strip();
        String[] rows = notes.strip().split("\n");
        String last = Arrays.stream(rows)
                .map(row -> row.split("\t")[0])
                .max(Comparator.comparing(Integer::valueOf))
                .orElseThrow();
        String logged = content.tables().getOrDefault("log", "").strip();
        if (!last.equals(stamp) || !logged.endsWith("note " + stamp)) {
            throw Promise.NEVER_MIXED.broken(snapshot + " holds tables of different moments: " + content.tables());
        }
        for (String row : rows) {
            String file = row.split("\t")[1];
            if (!content.files().containsKey("media/" + file)) {
                throw Promise.NEVER_MIXED.broken(snapshot + " has a row without its file " + file);
            }
        }
    }

    /** The replica is about to do what only a server in backup mode may do; it looked at the marker just before. */
    void importing(Server server, String what) {
        View view = view(server);
        if (view.unmarkedAt != ALWAYS && view.unmarkedAt < run.previousOfMine()) {
            throw Promise.MARKER.broken(server.name + ": " + what + " without the marker");
        }
    }

    /**
     * The replica is about to change a live file: never without a durable intent, nor without the marker unless the
     * database is live already.
     */
    void changingFile(Server server, String what) {
        View view = view(server);
        if (!view.state.equals("applying")) {
            throw Promise.NEVER_MIXED.broken(server.name + ": " + what + " without an intent");
        }
        boolean unmarked = view.unmarkedAt != ALWAYS && view.unmarkedAt < run.previousOfMine();
        String target = view.phase.equals("forward") ? server.intended() : server.intendedBack();
        String live = server.live().map(each -> Long.toString(each.oid())).orElse("");
        if (unmarked && !live.equals(target)) {
            throw Promise.MARKER.broken(server.name + ": " + what + " without the marker, before its database is live");
        }
    }

    /** The replica's agent begins something. @param byOperator whether it was asked for */
    void begins(Server server, boolean byOperator) {
        view(server).commanded = byOperator;
        view(server).unreported.clear();
    }

    /** It is done, and well. */
    void done(Server server) {
        if (!view(server).unreported.isEmpty()) {
            throw Promise.CHECKED.broken(server.name + ": a load mended what drifted, and did not report it");
        }
    }

    void reportedDrift(Server server) {
        view(server).unreported.clear();
    }

    /** Something wrote into the live database of a standby. */
    void drifted(Server server, DatabaseIdentity live) {
        view(server).drifted.put(live, server.databases.tables(live));
    }

    void dropped(Server server, DatabaseIdentity database) {
        view(server).droppedByHand.add(database);
    }

    /** Databases were created, filled, renamed or dropped. */
    void databasesChanged(Server server) {
        View view = view(server);
        aheadIsWhole(server, view);
        view.drifted.entrySet().removeIf(each -> {
            boolean other = !server.databases.tables(each.getKey()).equals(each.getValue());
            boolean mended = other && server.databases.content(each.getKey()).isPresent();
            if (mended) {
                view.unreported.add(each.getKey());
            }
            return mended || server.databases.name(each.getKey()).isEmpty();
        });
        for (DatabaseIdentity each : view.served) {
            if (server.databases.name(each).isEmpty()) {
                throw Promise.MARKER.broken(server.name + ": a database that has served was dropped");
            }
        }
        Optional<DatabaseIdentity> now = server.live();
        if (now.equals(view.live)) {
            return;
        }
        if (now.isEmpty() && !view.before.isEmpty() && view.live.isPresent() && !goesBackToNothing(view)) {
            throw Promise.NEVER_MIXED.broken(server.name + ": nothing has the site's name any more");
        }
        view.live.filter(view.served::contains).ifPresent(old -> view.files.put(old, server.files()));
        now.ifPresent(fresh -> arrived(server, view, fresh));
        Optional<DatabaseIdentity> old = view.live;
        if (!view.phase.equals("back")) {
            now.ifPresent(fresh -> old.ifPresent(was -> view.before.put(fresh, was)));
        }
        view.live = now;
        if (!server.marked()) {
            now.ifPresent(view.production::add);
        }
    }

    private static boolean goesBackToNothing(View view) {
        return view.phase.equals("back");
    }

    private void arrived(Server server, View view, DatabaseIdentity fresh) {
        if (view.served.contains(fresh)) {
            return;
        }
        String snapshot = server.databases
                .content(fresh)
                .map(Object::toString)
                .orElseThrow(() -> Promise.NEVER_MIXED.broken(server.name + ": a half-loaded database is live"));
        Genuine genuine = run.store
                .genuine(snapshot)
                .orElseThrow(() ->
                        Promise.AUTHENTIC.broken(server.name + " applied " + snapshot + ", which no agent committed"));
        Map<String, String> rows = server.databases.tables(fresh);
        if (!genuine.content().tables().equals(rows) && !rows.equals(view.drifted.get(fresh))) {
            throw Promise.AUTHENTIC.broken(server.name + " applied " + snapshot + " with other rows than its own");
        }
        Optional<String> old = view.live
                .filter(each -> !view.served.contains(each) && !view.production.contains(each))
                .flatMap(server.databases::content)
                .map(Object::toString);
        boolean back = view.phase.equals("back")
                && view.live.map(view.before::get).filter(fresh::equals).isPresent();
        if (old.isPresent() && snapshot.compareTo(old.get()) <= 0 && !view.asked.containsKey(snapshot) && !back) {
            throw Promise.NEVER_BACKWARD.broken(
                    server.name + " went from " + old.get() + " to " + snapshot + ", and no operator asked for it");
        }
    }

    /**
     * What the record says to be ahead is a whole snapshot in each moment: a promotion may come in the next, and so may
     * a crash.
     */
    private void aheadIsWhole(Server server, View view) {
        JsonNode ahead = server.record().path("ahead");
        String snapshot = ahead.path("snapshot").asText("");
        DatabaseIdentity database = new DatabaseIdentity(
                ahead.at("/database/cluster").asLong(),
                ahead.at("/database/oid").asLong());
        if (snapshot.isEmpty() || view.droppedByHand.contains(database)) {
            return;
        }
        boolean whole = server.databases
                        .content(database)
                        .filter(id -> id.toString().equals(snapshot))
                        .isPresent()
                && run.store
                        .genuine(snapshot)
                        .filter(genuine -> genuine.content().tables().equals(server.databases.tables(database)))
                        .isPresent();
        if (!whole) {
            throw Promise.NEVER_MIXED.broken(
                    server.name + ": " + snapshot + " is said to be ahead, but its database does not hold it");
        }
    }

    /** What is about to be promoted, and when. */
    record BeforePromotion(String state, String live, String ahead, boolean marked, long at) {}

    BeforePromotion promoting(Server server) {
        JsonNode record = server.record();
        return new BeforePromotion(
                record.at("/state/kind").asText(),
                record.at("/state/current/snapshot").asText(""),
                record.at("/ahead/snapshot").asText(""),
                server.marked(),
                run.now());
    }

    /** It serves the newest that there was, or says why not; never what is older than what was live. */
    void promoted(Server server, BeforePromotion before, Promotion.Request request, Promotion.Report report) {
        boolean judged = before.state().equals("following")
                && before.marked()
                && view(server).unmarkedByHandAt < before.at()
                && !report.already();
        String serving = report.serving()
                .flatMap(DatabaseVersion::snapshot)
                .map(Object::toString)
                .orElse("");
        if (!judged || serving.equals(before.live()) && before.ahead().isEmpty()) {
            return;
        }
        // What the last look found in the filestore is newer than both.
        boolean found = report.origin().ahead()
                && serving.compareTo(before.live()) > 0
                && serving.compareTo(before.ahead()) > 0
                && run.store.genuine(serving).isPresent();
        boolean newest = serving.equals(before.ahead()) || found;
        boolean proven = serving.equals(before.live())
                && (request.to() == Promotion.Goal.PROVEN
                        || report.origin().why().isPresent());
        if (!(newest && request.to() == Promotion.Goal.NEWEST) && !proven) {
            throw Promise.NEVER_BACKWARD.broken(server.name + ": a promotion to the " + request.to() + " serves "
                    + serving + ", though " + before.live() + " was live and " + before.ahead() + " ahead");
        }
    }

    /** A continuous snapshot alone makes no standby stop its site. */
    private void requireDue(Server server, View view, JsonNode state) {
        String snapshot = state.at("/intent/fresh/snapshot").asText("");
        Optional<String> live = view.live
                .filter(each -> !view.served.contains(each))
                .flatMap(server.databases::content)
                .map(Object::toString);
        Optional<String> scheduled = run.store.genuine(snapshot).map(Genuine::scheduled);
        if (!view.commanded
                && view.state.equals("following")
                && live.isPresent()
                && !snapshot.equals(live.get())
                && scheduled.filter(each -> each.compareTo(live.get()) <= 0).isPresent()) {
            throw Promise.SITE_FIRST.broken(server.name + ": " + snapshot + " is applied over " + live.get()
                    + ", though nothing since " + scheduled.get() + " was scheduled");
        }
    }

    /** The replica's durable state was written. */
    void state(Server server, JsonNode record) {
        View view = view(server);
        aheadIsWhole(server, view);
        JsonNode state = record.get("state");
        if (state.get("kind").asText().equals("applying") && view.applyingSince < 0) {
            requireDue(server, view, state);
        }
        view.state = state.get("kind").asText();
        view.phase = state.at("/intent/phase").asText("");
        if (view.state.equals("applying")) {
            view.applyingSince = view.applyingSince < 0 ? run.now() : view.applyingSince;
        } else if (view.applyingSince >= 0) {
            settled(server, view, state);
            view.applyingSince = -1;
        }
    }

    private void settled(Server server, View view, JsonNode state) {
        whole(server, view);
        String snapshot = state.at("/current/snapshot").asText("");
        // What was asked for while an earlier intent waited is still to come when that one is done.
        view.asked.computeIfPresent(snapshot, (id, at) -> at > view.applyingSince ? at : null);
        if (server.marked() && !view.markedByHand && view.state.equals("following")) {
            Optional<String> named = server.markerNames();
            if (named.isPresent() && !named.get().equals(snapshot)) {
                throw Promise.MARKER.broken(
                        server.name + ": the marker names " + named.get() + ", but " + snapshot + " is live");
            }
        }
        view.filesUnknown = false;
    }

    /** The site starts, by the agent's hand or while nothing is under way: what it sees must be of one snapshot. */
    void starts(Server server, boolean byAgent) {
        View view = view(server);
        if (byAgent || !view.state.equals("applying")) {
            whole(server, view);
        }
    }

    private void whole(Server server, View view) {
        if (server.live().isEmpty() || view.filesUnknown) {
            return;
        }
        DatabaseIdentity live = server.live().get();
        Optional<Map<String, String>> expected = view.served.contains(live)
                ? Optional.ofNullable(view.files.get(live))
                : server.databases
                        .content(live)
                        .flatMap(id -> run.store.genuine(id.toString()))
                        .map(genuine -> genuine.content().files());
        Map<String, String> files = server.files();
        if (expected.isPresent() && !expected.get().equals(files)) {
            throw Promise.NEVER_MIXED.broken(server.name + ": the database is of "
                    + server.databases.content(live).map(Object::toString).orElse("its own") + ", but the files are "
                    + files + " and not " + expected.get());
        }
    }

    private View view(Server server) {
        return views.get(server.name);
    }
}
