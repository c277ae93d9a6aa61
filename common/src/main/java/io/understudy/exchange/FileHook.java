package io.understudy.exchange;

import java.io.IOException;
import java.nio.file.Path;

/** Receives every operation on live files before it is done; what it throws happens in its place. */
@FunctionalInterface
public interface FileHook {
    void before(String operation, Path path) throws IOException;

    static FileHook none() {
        return (operation, path) -> {};
    }
}
