package io.understudy.deployments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The shipped files of one deployment, in {@code deploy/examples}. */
record Example(Path folder) {
    static Example of(String name) {
        return new Example(Path.of("examples", name).toAbsolutePath());
    }

    /** A file as it is shipped. */
    String text(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
