package io.understudy.replica.prepare;

import io.understudy.config.Settings.ServiceSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The programs of the site's commands. */
public final class ServicePrograms {
    private ServicePrograms() {}

    /** @throws UnderstudyException {@code COMMAND_FAILED} when one that is named by its whole path can't be run */
    public static void require(ServiceSettings service) {
        for (List<String> command : List.of(service.stop(), service.start(), service.restart())) {
            command.stream().limit(1).map(Path::of).filter(Path::isAbsolute).forEach(ServicePrograms::require);
        }
    }

    private static void require(Path program) {
        if (!Files.isExecutable(program)) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot run " + program + ": it does not exist or is not executable",
                    "correct service in the configuration");
        }
    }
}
