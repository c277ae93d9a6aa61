package io.understudy.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names the boot of this host: another one with each boot, the same one for all processes of it. What a note says of
 * running processes is over when it was made in another.
 */
public final class HostBoot {
    static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private static final Logger LOG = LoggerFactory.getLogger(HostBoot.class);

    private HostBoot() {}

    /** Empty where the operating system does not show it. */
    public static Optional<String> id() {
        try {
            return Optional.of(Files.readString(FILE).strip()).filter(id -> !id.isEmpty());
        } catch (IOException e) {
            LOG.debug("the boot of this host is not known", e);
            return Optional.empty();
        }
    }
}
