package io.understudy.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** How PostgreSQL's client programs of one major version are installed on this system. */
final class ClientPackage {
    /** The version that a release of Debian or Ubuntu has itself; others come from PostgreSQL's own archive. */
    private static final Map<String, Integer> OWN = Map.of("bookworm", 15, "trixie", 17, "jammy", 14, "noble", 16);

    private ClientPackage() {}

    /** @param root where {@code etc/os-release} lies below: {@code /} */
    static String installation(Path root, int major) {
        String release = release(root);
        if (release.matches("(?s).*\\bID(_LIKE)?=\"?[a-z ]*(rhel|fedora|centos).*")) {
            return "install postgresql" + major + " from https://yum.postgresql.org";
        }
        if (!release.matches("(?s).*\\bID(_LIKE)?=\"?[a-z ]*(debian|ubuntu).*")) {
            return "install the client programs of PostgreSQL " + major;
        }
        String codename = release.replaceFirst("(?s).*VERSION_CODENAME=\"?(\\w*).*", "$1");
        String install = "run apt install postgresql-client-" + major;
        return OWN.getOrDefault(codename, major) == major
                ? install
                : install + " with the packages of https://apt.postgresql.org, as this release has PostgreSQL "
                        + OWN.get(codename);
    }

    private static String release(Path root) {
        try {
            return Files.readString(root.resolve("etc/os-release"));
        } catch (IOException e) {
            return "";
        }
    }
}
