package io.understudy.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

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
            String stat = new String(
                    Files.readAllBytes(Path.of("/proc", Long.toString(handle.pid()), "stat")),
                    StandardCharsets.ISO_8859_1);
            return !stat.substring(stat.lastIndexOf(')') + 1).stripLeading().startsWith("Z");
        } catch (IOException e) {
            return handle.isAlive();
        }
    }
}
