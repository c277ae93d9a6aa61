package io.understudy.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the operating system knows of processes that are not children of this one. */
public final class Processes {
    private Processes() {}

    /**
     * Whether it still runs. {@link ProcessHandle#isAlive} is also true of a zombie, and an orphan can be one for
     * seconds: until the process that inherited it looks at it.
     */
    public static boolean run(ProcessHandle handle) {
        if (!handle.isAlive()) {
            return false;
        }
        try {
            return !stat(handle.pid())[0].equals("Z") || hasThreads(handle);
        } catch (IOException e) {
            return handle.isAlive();
        }
    }

    /**
     * What {@code /proc/PID/stat} shows of it, from its state on, which proc(5) counts as the third field.
     *
     * @throws IOException also where it is gone, or the operating system has no such file
     */
    static String[] stat(long pid) throws IOException {
        byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "stat"));
        String text = new String(line, StandardCharsets.ISO_8859_1);
        // The name before it may hold blanks and brackets.
        return text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
    }

    /** The first thread of a process is a zombie before the others have ended and the files are closed. */
    private static boolean hasThreads(ProcessHandle handle) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(handle.pid()), "task"))) {
            return threads.count() > 1;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
