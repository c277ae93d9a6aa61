package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Blocks of commands of a page, run as they stand there, with programs of a test before those of the system. */
final class PastedBlocks {
    private final Path bin;

    /** @param bin new folder for the programs of the test */
    PastedBlocks(Path bin) throws IOException {
        this.bin = Files.createDirectory(bin);
    }

    /** @param head of the section, whole line */
    static List<String> of(Path page, String head) throws IOException {
        String text = Files.readString(page);
        assertThat(text).contains(head + "\n");
        String section = text.substring(text.indexOf(head + "\n") + head.length() + 1);
        int end = section.indexOf("\n#");
        return Pattern.compile("(?ms)^```sh\n(.*?)^```$")
                .matcher(end < 0 ? section : section.substring(0, end))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    Path bin() {
        return bin;
    }

    /** @param text of a shell script */
    void program(String name, String text) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** @param path what comes behind the test's programs in {@code PATH} */
    void run(String script, Map<String, String> environment, String path, Duration limit) {
        assertThat(shell("-euc", script, environment, path)
                        .run(limit)
                        .successful()
                        .errors())
                .doesNotContain("ERROR");
    }

    /** As in an operator's shell, which goes on behind a command that fails: the last one has to fail. */
    void fail(String script, Map<String, String> environment, String path, Duration limit) {
        assertThat(shell("-uc", script, environment, path).run(limit).exitCode())
                .isNotZero();
    }

    private Program shell(String options, String script, Map<String, String> environment, String path) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("PATH", bin + ":" + path);
        return Program.of("sh", options, script).with(all);
    }
}
