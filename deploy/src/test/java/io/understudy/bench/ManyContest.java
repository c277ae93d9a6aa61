package io.understudy.bench;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** A site of very many small files: the number must not be in memory, and a walk of them must not take long. */
final class ManyContest {
    private static final int PER_FOLDER = 200;
    private static final int FOLDERS_PER_FOLDER = 100;
    private static final int LONGEST = 2_000;
    private static final Duration LIMIT = Duration.ofHours(3);

    private final Testbed stand;
    private final int files;
    private final PrintStream progress;

    ManyContest(Testbed stand, int files, PrintStream progress) {
        this.stand = stand;
        this.files = files;
        this.progress = progress;
    }

    List<Finding> hold() {
        progress.println("  generating the files");
        SplittableRandom random = new SplittableRandom(files);
        for (int number = 0; number < files; number++) {
            write(number, random);
        }
        stand.newRepository();
        Running sender = stand.startPrimary();
        snapshot("snapshot");
        snapshot("snapshot with nothing changed");
        write(files, random);
        snapshot("snapshot after one file more");
        stand.stopPrimary(sender);
        stand.newStandby();
        Running receiver = stand.startReplica();
        progress.printf("  import: %.0f s%n", Watch.time(() -> new AgentLog(receiver).await(" is live", LIMIT)));
        stand.stopReplica(receiver);
        return stand.footprints(", with %d small files".formatted(files));
    }

    private void snapshot(String what) {
        long before = Testbed.bytes(stand.repository());
        double seconds = stand.snapshot().seconds();
        progress.printf(
                "  %s: %.1f s, %d KB stored%n", what, seconds, (Testbed.bytes(stand.repository()) - before) / 1000);
    }

    private void write(int number, SplittableRandom random) {
        int folder = number / PER_FOLDER;
        Path path = stand.primary()
                .layout()
                .media()
                .resolve(Integer.toString(folder / FOLDERS_PER_FOLDER))
                .resolve(Integer.toString(folder));
        byte[] content = new byte[random.nextInt(LONGEST)];
        random.nextBytes(content);
        try {
            if (number % PER_FOLDER == 0) {
                Folders.create(path);
            }
            Files.write(path.resolve(number + ".bin"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
