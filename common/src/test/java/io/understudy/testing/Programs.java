package io.understudy.testing;

import io.understudy.files.FolderDeletion;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end for a test. */
public final class Programs {
    private static final int LIMIT_SECONDS = 120;

    private Programs() {}

    /** @return standard output; throws with standard error when the exit code is not 0 */
    public static String run(List<String> arguments, Map<String, String> environment, String input) {
        try {
            Path folder = Files.createTempDirectory("program");
            try {
                return run(arguments, environment, input, folder);
            } finally {
                FolderDeletion.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String run(List<String> arguments, Map<String, String> environment, String input, Path folder)
            throws IOException, InterruptedException {
        Path in = Files.writeString(folder.resolve("in"), input);
        File out = folder.resolve("out").toFile();
        File err = folder.resolve("err").toFile();
        ProcessBuilder builder = new ProcessBuilder(arguments)
                .redirectInput(in.toFile())
                .redirectOutput(out)
                .redirectError(err);
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(arguments + " took longer than " + LIMIT_SECONDS + " s");
        }
        if (process.exitValue() != 0) {
            throw new AssertionError(
                    arguments + " ended with " + process.exitValue() + ":\n" + Files.readString(err.toPath()));
        }
        return new String(Files.readAllBytes(out.toPath()), StandardCharsets.UTF_8);
    }
}
