package io.understudy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Acknowledged;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.ServedData;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.Visits;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * What a move of the demo's site costs its visitors, and what is lost: a planned one, one after the primary lost its
 * power, and the return of that server. Visitors write and read all the time, at whichever site takes them.
 */
final class FailoverContest {
    /** Between two looks of the primary's agent whether anything changed. */
    private static final String PACE = "1s";

    /** The standby has caught up when what it would serve is no older, in seconds. */
    private static final double CLOSE = 3;

    private static final int WRITES = 20;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Testbed stand;
    private final int runs;
    private final PrintStream progress;
    private final List<Double> switchedOver = new ArrayList<>();
    private final List<Double> promoted = new ArrayList<>();
    private final List<Double> lostByPromotion = new ArrayList<>();
    private final List<Double> returned = new ArrayList<>();
    private int lostBySwitchovers;
    private int nowhere;

    FailoverContest(Testbed stand, int runs, PrintStream progress) {
        this.stand = stand;
        this.runs = runs;
        this.progress = progress;
    }

    List<Finding> move() {
        Server one = stand.primary();
        Server other = stand.standby();
        stand.pair().takeContinuousSnapshots(PACE);
        one.siteService("start");
        one.site().awaitMode("primary", LIMIT);
        stand.newRepository();
        stand.newStandby();
        start(one);
        start(other);
        stand.snapshot();
        other.site().awaitMode("standby", LIMIT);
        for (int run = 1; run <= runs; run++) {
            switchOver(one, other);
            comeBack(other, failOver(other, one));
        }
        return List.of(
                Finding.value(
                        "switchover of the demo's site: no write acknowledged for",
                        Unit.SECONDS,
                        new Sample(switchedOver),
                        5),
                rows("the same, acknowledged writes lost in all runs", lostBySwitchovers),
                Finding.value(
                        "promotion after the primary's power was lost: no write acknowledged for",
                        Unit.SECONDS,
                        new Sample(promoted),
                        10),
                Finding.value(
                        "the same, seconds of newest writes that the standby did not have, `primary.continuous: " + PACE
                                + "`",
                        Unit.SECONDS,
                        new Sample(lostByPromotion),
                        5),
                Finding.value(
                        "return of that primary: from `rejoin` until its site follows",
                        Unit.SECONDS,
                        new Sample(returned),
                        60),
                rows("the same, acknowledged writes of all runs neither on the site nor in an orphan", nowhere));
    }

    /** One of all runs together: a median would hide it. */
    private static Finding rows(String what, int lost) {
        return Finding.value(what, Unit.ROWS, new Sample(List.of((double) lost)), 0);
    }

    private static void start(Server server) {
        server.startPrimary();
        server.startReplica();
    }

    private void switchOver(Server from, Server to) {
        JsonNode report;
        Visits visits = new Visits(from.site(), to.site());
        try (visits) {
            awaitWrites(visits);
            awaitCloseness(to);
            report = from.primary("switchover", to.layout().name(), "--yes", "--json")
                    .successful()
                    .json();
            to.site().awaitMode("primary", LIMIT);
            awaitWrites(visits);
        }
        Acknowledged.Loss loss = visits.written().missingFrom(to.site().notes());
        switchedOver.add(seconds(visits.longestWithoutWrite()));
        lostBySwitchovers += loss.lost();
        progress.printf(
                Locale.ROOT,
                "  switchover: no write for %.2f s, no read for %.2f s, %d of %d lost: %s%n",
                seconds(visits.longestWithoutWrite()),
                seconds(visits.longestWithoutRead()),
                loss.lost(),
                loss.written(),
                report.path("seconds"));
        awaitFollowing(from, to);
    }

    /** @return what visitors were told is written, and was not on the server that was promoted */
    private List<String> failOver(Server from, Server to) {
        Visits visits = new Visits(from.site(), to.site());
        long end;
        try (visits) {
            awaitWrites(visits);
            awaitCloseness(to);
            from.crash();
            end = System.nanoTime();
            to.replica("promote", "--yes").successful();
            to.site().awaitMode("primary", LIMIT);
            awaitWrites(visits);
        }
        List<String> there = to.site().notes();
        Acknowledged acknowledged = visits.written().before(end);
        Acknowledged.Loss loss = acknowledged.missingFrom(there);
        promoted.add(seconds(visits.longestWithoutWrite()));
        lostByPromotion.add(loss.seconds());
        progress.printf(
                Locale.ROOT,
                "  promotion: no write for %.2f s, no read for %.2f s, %d of %d lost, those of the last %.2f s%n",
                seconds(visits.longestWithoutWrite()),
                seconds(visits.longestWithoutRead()),
                loss.lost(),
                loss.written(),
                loss.seconds());
        return acknowledged.texts().stream()
                .filter(text -> !there.contains(text))
                .toList();
    }

    private void comeBack(Server server, List<String> lost) {
        server.database().start();
        double begin = System.nanoTime() / 1e9;
        JsonNode report =
                server.replica("rejoin", "--yes", "--json").successful().json();
        start(server);
        awaitFollowing(server, stand.primary());
        double seconds = System.nanoTime() / 1e9 - begin;
        String orphan = report.path("orphan").asText();
        String saved = lost.isEmpty()
                ? ""
                : server.replica("orphans", "diff", orphan, "--rows", "notes")
                        .successful()
                        .output();
        returned.add(seconds);
        nowhere += (int) lost.stream().filter(text -> !saved.contains(text)).count();
        progress.printf(
                Locale.ROOT, "  return: follows after %.2f s, %d writes in orphan %s%n", seconds, lost.size(), orphan);
    }

    private static void awaitWrites(Visits visits) {
        int before = visits.written().texts().size();
        await("visitors write", () -> visits.written().texts().size() > before + WRITES);
    }

    private static void awaitCloseness(Server standby) {
        ServedData served = new ServedData(standby.layout().replicaHttp());
        await("the standby loads what visitors write", () -> served.isAhead() && served.age() < CLOSE);
    }

    /** Its site runs on a snapshot that the new primary took. */
    private static void awaitFollowing(Server server, Server primary) {
        long epoch = primary.primary("status", "--json")
                .successful()
                .json()
                .path("epoch")
                .asLong();
        String names = String.format(Locale.ROOT, "%08d-", epoch);
        await("the old primary follows", () -> {
            JsonNode status = server.replica("status", "--json").successful().json();
            return status.path("state").asText().equals("following")
                    && status.path("applied").asText().startsWith(names);
        });
        server.site().awaitMode("standby", LIMIT);
    }

    private static void await(String what, BooleanSupplier there) {
        Deadline.await(what, LIMIT, there);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
