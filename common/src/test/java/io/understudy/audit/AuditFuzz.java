package io.understudy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.files.FolderDeletion;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The lines of the audit file: read whole, and continued by the next entry. */
public final class AuditFuzz {
    private static final Caller ROOT = new Caller("root (uid 0)", "/state/replica.sock");

    private AuditFuzz() {}

    public static List<Named> targets() {
        return List.of(new Named("audit", () -> target(false)), new Named("audit-alone", () -> target(true)));
    }

    /** @param alone without the record of where the chain ended: the lines alone decide */
    private static FuzzTarget target(boolean alone) throws IOException {
        Path state = Files.createTempDirectory("understudy-fuzz");
        FakeTicker ticker = new FakeTicker();
        AuditLog log = new AuditLog(state, "agent-replica", ticker.clock(), ticker, Events.none());
        log.around(ROOT, "sync", "{\"full\":true}", () -> "x");
        log.refused(new Caller("c.example.net", "192.0.2.7"), "follow", "not \"listed\"\n");
        Path file = StateEntry.AUDIT.in(state);
        Path head = StateEntry.AUDIT_HEAD.in(state);
        byte[] real = Files.readAllBytes(file);
        byte[] end = Files.readAllBytes(head);
        return FuzzTarget.of(Form.JSON, List.of(real), input -> {
                    Files.write(file, input);
                    if (alone) {
                        Files.deleteIfExists(head);
                    } else {
                        Files.write(head, end);
                    }
                    log.accepted(ROOT, "run");
                    assertThat(StateFile.in(state, StateEntry.AUDIT_HEAD, AuditHead.class)
                                    .read())
                            .isPresent();
                    Files.write(file, input);
                    if (!alone) {
                        Files.write(head, end);
                    }
                    AuditVerification.verify(state, ticker);
                    if (!alone) {
                        assertThat(Files.readAllBytes(file))
                                .satisfiesAnyOf(
                                        same -> assertThat(Arrays.equals(same, real))
                                                .isTrue(),
                                        longer -> assertThat(startsOrHoldsCut(longer, real))
                                                .isTrue());
                    }
                })
                .slow()
                .closing(() -> FolderDeletion.delete(state));
    }

    /** All entries are there; what else is there is cut. */
    private static boolean startsOrHoldsCut(byte[] found, byte[] real) {
        String text = new String(found, java.nio.charset.StandardCharsets.ISO_8859_1);
        String last = new String(real, java.nio.charset.StandardCharsets.ISO_8859_1);
        List<String> lines = last.lines().toList();
        return text.lines().anyMatch(lines.get(lines.size() - 1)::equals);
    }
}
