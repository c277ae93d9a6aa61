package io.understudy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Acknowledged;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.ServedData;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** The scenes: the standby follows, the primary dies, the standby takes over, the old primary comes back. */
final class Play {
    /** Between two looks of the primary's agent whether anything changed. */
    static final String PAUSE = "1s";

    /** The standby has caught up when what it would serve is no older, in seconds. */
    private static final double CLOSE = 3;

    private static final Duration FOLLOWS = Duration.ofSeconds(60);
    private static final Duration ANSWERS = Duration.ofSeconds(30);
    /** The exit code of {@code fenced} in errors.md. */
    private static final int FENCED = 50;

    private static final int NOTES = 50;
    private static final int PHOTO_BYTES = 3_000_000;

    private final Server primary;
    private final Server standby;
    private final Steps steps;
    private final byte[] photo = new byte[PHOTO_BYTES];
    private final Visitors visitors;

    Play(ServerPair pair, Steps steps) {
        this.primary = pair.primary();
        this.standby = pair.standby();
        this.steps = steps;
        this.visitors = new Visitors(primary.site());
        new Random(1).nextBytes(photo);
    }

    /**
     * All scenes in their order; an {@link AssertionError} says which promise was not kept.
     *
     * @return what was lost with the primary
     */
    Acknowledged.Loss perform() {
        install();
        follow();
        try {
            disaster();
        } finally {
            visitors.leave();
        }
        Acknowledged.Loss loss = takeOver();
        comeBack();
        return loss;
    }

    private void install() {
        steps.step("site", "start the site on the primary", () -> {
            primary.siteService("start");
            primary.site().awaitMode("primary", ANSWERS);
        });
        steps.step("init_primary", "agent-primary init: create the repository", () -> {
            primary.primary("init").successful();
            primary.startPrimary();
        });
        steps.step("init_standby", "agent-replica init --yes: make the other server a standby", () -> {
            standby.replica("init", "--yes").successful();
            standby.startReplica();
        });
        steps.step("first_snapshot", "take the first snapshot", () -> described(snapshot(primary)));
        steps.step("first_import", "wait until the standby's site runs on it", () -> {
            standby.site().awaitMode("standby", FOLLOWS);
        });
    }

    private void follow() {
        steps.step("write", "write " + NOTES + " notes and upload a photo of " + PHOTO_BYTES + " bytes", () -> {
            for (int i = 1; i <= NOTES; i++) {
                check(primary.site().addNote("note " + i) == 201, "the primary's site takes notes");
            }
            check(primary.site().addUpload("photo.jpg", photo) == 201, "the primary's site takes uploads");
        });
        steps.step("snapshot", "take a snapshot: only what changed is uploaded", () -> described(snapshot(primary)));
        steps.step("follow", "wait until the standby's site shows all of it", () -> {
            standby.site().awaitContent(NOTES, 1, FOLLOWS);
        });
        steps.step("read_only", "write to the standby's site", () -> {
            check(standby.site().addNote("to the standby") == 503, "a standby's site refuses writes");
            return "refused, it is the standby";
        });
    }

    private void disaster() {
        ServedData served = new ServedData(standby.layout().replicaHttp());
        steps.step(
                "ahead",
                "let visitors write on, and wait until the standby is " + Math.round(CLOSE) + " s behind at the most",
                () -> {
                    visitors.come();
                    Deadline.await(
                            "the standby loads what visitors write",
                            FOLLOWS,
                            () -> served.isAhead() && served.age() < CLOSE);
                });
        steps.step("disaster", "kill -9 while they write: the primary's site, agent and database", primary::crash);
    }

    private Acknowledged.Loss takeOver() {
        steps.step("promote", "agent-replica promote --yes", () -> {
            standby.replica("promote", "--yes").successful();
            standby.site().awaitMode("primary", ANSWERS);
        });
        steps.step("verify", "compare notes, seals and the photo with what was written", () -> {
            List<String> notes = standby.site().notes();
            check(
                    IntStream.rangeClosed(1, NOTES).allMatch(i -> notes.contains("note " + i)),
                    "every note is on the standby, its seal unbroken");
            byte[] copy =
                    standby.site().download("photo.jpg").orElseThrow(() -> new AssertionError("the photo is lost"));
            check(Arrays.equals(copy, photo), "the photo is the same, byte for byte");
            return NOTES + " notes and the photo are there";
        });
        AtomicReference<Acknowledged.Loss> loss = new AtomicReference<>();
        steps.step("loss", "compare what visitors wrote until the end", () -> {
            loss.set(visitors.compare(standby.site().notes()));
            return String.format(
                    Locale.ROOT,
                    "of %d notes the last %d are lost, those of the last %.1f s",
                    loss.get().written(),
                    loss.get().lost(),
                    loss.get().seconds());
        });
        steps.step("write_again", "write to the promoted site", () -> {
            check(standby.site().addNote("after the failover") == 201, "the promoted site takes notes");
        });
        steps.step("snapshot_again", "its own primary agent takes over", () -> {
            standby.startPrimary();
            return described(snapshot(standby));
        });
        return loss.get();
    }

    private void comeBack() {
        steps.step(
                "come_back", "start the old primary's database, and see that its agent is refused a snapshot", () -> {
                    primary.database().start();
                    Outcome refused = primary.primary("snapshot");
                    check(refused.exitCode() == FENCED, "the old primary is fenced");
                    return "refused as expected, the old primary is fenced; its agent says\n            | "
                            + String.join(
                                    "\n            | ", refused.errors().strip().split("\n"));
                });
    }

    private static JsonNode snapshot(Server server) {
        return server.primary("snapshot", "--json").successful().json();
    }

    private static String described(JsonNode snapshot) {
        return "%s, %s rows, %s files and folders, %s bytes uploaded, %s bytes reused"
                .formatted(
                        snapshot.path("snapshot").asText(),
                        snapshot.path("database").path("rows"),
                        snapshot.path("files").path("entries"),
                        snapshot.path("uploaded_bytes"),
                        snapshot.path("reused_bytes"));
    }

    private static void check(boolean kept, String promise) {
        if (!kept) {
            throw new AssertionError("not so: " + promise);
        }
    }
}
