package io.understudy.sites;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option {@code --sites-http} of {@code run} of both agents. */
public final class Overview {
    @Option(
            names = "--sites-http",
            paramLabel = "HOST:PORT",
            description = "Of several sites: where the list of them is served, /readyz and the metric of which run."
                    + " Each site keeps its own address, too. Default: nowhere")
    private String address;

    /**
     * Where the list is served; empty: nowhere.
     *
     * @throws UnderstudyException as {@link #of}
     */
    public Optional<HostPort> address(boolean severalSites) {
        return of(address, severalSites);
    }

    /**
     * @param text null where it was not given
     * @throws UnderstudyException {@code USAGE} where it is no address, or there is one site alone
     */
    static Optional<HostPort> of(String text, boolean severalSites) {
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
