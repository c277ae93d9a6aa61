package io.understudy.process;

import java.io.File;
import java.util.Optional;

/**
 * Two files, for commands that may start a service: it inherits the files, and neither the agent's end nor a reader
 * that is late breaks it. Where no file can be made the output is dropped, because a site must be started also when a
 * disk is full or read-only.
 */
final class FiledOutput implements ProgramOutput {
    private static final File NOWHERE = new File("/dev/null");

    private final Optional<OutputFiles.Pair> files;

    FiledOutput(Optional<OutputFiles.Pair> files) {
        this.files = files;
    }

    /** Appending: a file that is cut while a service holds it begins again at 0, without a hole. */
    @Override
    public void attach(ProcessBuilder builder) {
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(
                files.map(pair -> pair.output().toFile()).orElse(NOWHERE)));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(
                files.map(pair -> pair.errors().toFile()).orElse(NOWHERE)));
    }

    @Override
    public void bound() {
        files.ifPresent(OutputFiles.Pair::bound);
    }

    @Override
    public String output() {
        return files.map(pair -> OutputFiles.tail(pair.output())).orElse("");
    }

    @Override
    public String errors() {
        return files.map(pair -> OutputFiles.tail(pair.errors())).orElse("");
    }

    @Override
    public void close() {
        files.ifPresent(OutputFiles.Pair::release);
    }
}
