package io.understudy.process;

import java.time.Duration;

/**
 * How a program ended.
 *
 * @param output the last 64 KiB of standard output, empty when it was consumed as a stream
 * @param errors the last 64 KiB of standard error
 */
public record CommandResult(int exitCode, String output, String errors, Duration took) {
    public boolean ok() {
        return exitCode == 0;
    }
}
