package io.understudy.bench;

import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** A site of one large table and a file of 4 GB: what is large must not be large in memory. */
final class LargeContest {
    private static final int ROWS_OF_A_GIGABYTE = 1_050_000;
    private static final long FILE = 4L << 30;
    private static final int BLOCK = 1 << 20;
    private static final Duration LIMIT = Duration.ofHours(3);

    private final Testbed stand;
    private final int gigabytes;
    private final PrintStream progress;

    LargeContest(Testbed stand, int gigabytes, PrintStream progress) {
        this.stand = stand;
        this.gigabytes = gigabytes;
        this.progress = progress;
    }

    List<Finding> hold() {
        progress.println("  generating the table and the file");
        stand.primary()
                .database()
                .execute(
                        "site",
                        "CREATE TABLE large AS SELECT g AS id, repeat(md5(g::text), 31) AS content FROM generate_series(1, "
                                + (long) gigabytes * ROWS_OF_A_GIGABYTE + ") g",
                        "ALTER TABLE large OWNER TO site");
        file(stand.primary().layout().media().resolve("large"));
        stand.newRepository();
        Running sender = stand.startPrimary();
        progress.printf("  snapshot: %.0f s%n", Watch.time(stand::snapshot));
        progress.printf("  snapshot with nothing changed: %.0f s%n", Watch.time(stand::snapshot));
        stand.stopPrimary(sender);
        stand.newStandby();
        Running receiver = stand.startReplica();
        progress.printf("  import: %.0f s%n", Watch.time(() -> new AgentLog(receiver).await(" is live", LIMIT)));
        stand.stopReplica(receiver);
        return stand.footprints(", with a table of %d GB and a file of 4 GB".formatted(gigabytes));
    }

    private void file(Path file) {
        SplittableRandom random = new SplittableRandom(FILE);
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long written = 0; written < FILE; written += BLOCK) {
                random.nextBytes(block);
                out.write(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
