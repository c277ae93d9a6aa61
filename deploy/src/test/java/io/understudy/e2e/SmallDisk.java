package io.understudy.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A small file system of its own in memory, which can be filled. Mounting needs root, or sudo without a password. */
record SmallDisk(Path folder) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    static SmallDisk mount(Path folder, int megabytes) {
        Folders.create(folder);
        String user = System.getProperty("user.name");
        assumeTrue(
                root(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "mode=0700,uid=" + user + ",size=" + megabytes + "m",
                        "test",
                        folder),
                "cannot mount a file system: run as root, or let sudo need no password");
        return new SmallDisk(folder);
    }

    /** Leaves so much of it. */
    void fill(long left) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            Program.of("fallocate", "-l", free - left, filler()).run(LIMIT).successful();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void empty() {
        Folders.delete(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    @Override
    public void close() {
        root("umount", "-l", folder);
    }

    private static boolean root(Object... command) {
        List<Object> all = new ArrayList<>(List.of(command));
        if (!"root".equals(System.getProperty("user.name"))) {
            all.addAll(0, List.of("sudo", "-n"));
        }
        return Program.of(all.get(0), all.subList(1, all.size()).toArray())
                        .run(LIMIT)
                        .exitCode()
                == 0;
    }
}
