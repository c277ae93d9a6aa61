package io.understudy.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** Writes to the site of a server, which takes writes while it runs as the primary, and ends none half-way. */
record Visitor(Host host) implements SiteWatch.Site {
    @Override
    public String name() {
        return host.name();
    }

    /** The site says that it is busy before it looks whether it runs: so one that stops waits, or refuses. */
    @Override
    public boolean takes(String text) {
        try {
            Files.createFile(host.busy());
            try {
                boolean serves = host.mode().equals("primary");
                if (serves) {
                    host.content().visit(text);
                }
                return serves;
            } finally {
                Files.delete(host.busy());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
