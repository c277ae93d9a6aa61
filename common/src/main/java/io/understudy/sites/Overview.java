package io.understudy.sites;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;

/** The option {@code --sites-http} of {@code run}. */
public final class Overview {
    private Overview() {}

    /**
     * @param text null where it was not given
     * @throws UnderstudyException {@code USAGE} where it is no address, or there is one site alone
     */
    public static Optional<HostPort> of(String text, boolean severalSites) {
        if (text == null) {
            return Optional.empty();
        }
        if (!severalSites) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--sites-http is for several sites: here is one",
                    "name a folder with --config and leave --site out, or set the http address in the configuration");
        }
        try {
            return Optional.of(HostPort.parse(text));
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--sites-http must be host:port: " + text,
                    "write it like 127.0.0.1:9466, or [::1]:9466",
                    e);
        }
    }
}
