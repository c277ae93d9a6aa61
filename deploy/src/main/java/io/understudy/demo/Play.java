package io.understudy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/** The scenes: the standby follows, the primary dies, the standby takes over, the old primary comes back. */
final class Play {
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

    Play(ServerPair pair, Steps steps) {
        this.primary = pair.primary();
        this.standby = pair.standby();
        this.steps = steps;
        new Random(1).nextBytes(photo);
    }

    /** All scenes in their order; an {@link AssertionError} says which promise was not kept. */
    void perform() {
        install();
        follow();
        disaster();
        takeOver();
        comeBack();
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
        steps.step("disaster", "kill -9: the primary's site, agent and database", primary::crash);
    }

    private void takeOver() {
        steps.step("promote", "agent-replica promote --yes", () -> {
            standby.replica("promote", "--yes").successful();
            standby.site().awaitMode("primary", ANSWERS);
        });
        steps.step("verify", "compare notes, seals and the photo with what was written", () -> {
            check(standby.site().notes().size() == NOTES, "every note is on the standby, its seal unbroken");
            byte[] copy =
                    standby.site().download("photo.jpg").orElseThrow(() -> new AssertionError("the photo is lost"));
            check(Arrays.equals(copy, photo), "the photo is the same, byte for byte");
            return NOTES + " notes and the photo are there";
        });
        steps.step("write_again", "write to the promoted site", () -> {
            check(standby.site().addNote("after the failover") == 201, "the promoted site takes notes");
        });
        steps.step("snapshot_again", "its own primary agent takes over", () -> {
            standby.startPrimary();
            return described(snapshot(standby));
        });
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
