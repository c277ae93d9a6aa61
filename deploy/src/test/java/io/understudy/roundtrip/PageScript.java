package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The shell blocks of a page, one after the other, as its reader pastes them. */
record PageScript(String text) {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
    private static final long LIMIT_SECONDS = 300;

    static PageScript read(Path page) {
        try {
            String text = BLOCK.matcher(Files.readString(page))
                    .results()
                    .map(block -> block.group(1))
                    .collect(Collectors.joining());
            assertThat(text).isNotEmpty();
            return new PageScript(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The reader's correction of a line {@code name=value}, of which there is exactly one. */
    PageScript with(String name, Object value) {
        Matcher setting = Pattern.compile("(?m)(^|^export (?:\\S+ )*)" + name + "=(?![$])\\S*")
                .matcher(text);
        assertThat(setting.results()).as(name).hasSize(1);
        String quoted = "'" + value.toString().replace("'", "'\\''") + "'";
        return new PageScript(setting.replaceFirst("$1" + Matcher.quoteReplacement(name + "=" + quoted)));
    }

    /** Its beginning: the reader stops after this line. */
    PageScript until(String line) {
        assertThat(text).containsOnlyOnce(line + "\n");
        return new PageScript(text.substring(0, text.indexOf(line) + line.length() + 1));
    }

    /** @param errors standard error */
    record Ended(int exitCode, String output, String errors) {
        String successful() {
            assertThat(exitCode).as(errors + output).isZero();
            return output;
        }
    }

    /** @param tools where PostgreSQL's programs are */
    Ended run(Path folder, Map<String, String> environment, Path tools) throws IOException {
        Path script = Files.writeString(folder.resolve("restore.sh"), text);
        File output = folder.resolve("output").toFile();
        File errors = folder.resolve("errors").toFile();
        ProcessBuilder shell = new ProcessBuilder("sh", script.toString())
                .directory(folder.toFile())
                .redirectOutput(output)
                .redirectError(errors);
        shell.environment().putAll(environment);
        shell.environment().merge("PATH", tools.toString(), (path, first) -> first + ":" + path);
        try {
            Process process = shell.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("the page's commands took longer than " + LIMIT_SECONDS + " s");
            }
            return new Ended(process.exitValue(), Files.readString(output.toPath()), Files.readString(errors.toPath()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
