package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Extension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The extensions that the content needs: whether this server has them, not older, and lets the importing user create
 * them.
 */
final class ExtensionCheck {
    /** An extension as this server would create it. */
    private record Available(String name, String version, boolean creatable) {}

    private static final String FROM_13 = """
            SELECT e.name, e.default_version, NOT v.superuser OR v.trusted AS everybody
            FROM pg_catalog.pg_available_extensions e
            JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
            """;
    private static final String BEFORE = """
            SELECT e.name, e.default_version, NOT v.superuser AS everybody
            FROM pg_catalog.pg_available_extensions e
            JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
            """;

    private final Session session;

    ExtensionCheck(Session session) {
        this.session = session;
    }

    List<Fault> faults(DatabaseProperties properties) {
        Map<String, Available> available = available();
        List<String> lacking = new ArrayList<>();
        List<String> forbidden = new ArrayList<>();
        List<Extension> needed = properties.extensions().stream()
                .filter(extension -> !NameCheck.isBound(extension))
                .toList();
        for (Extension extension : needed) {
            Available here = available.get(extension.name());
            if (here == null) {
                lacking.add(extension.name() + " " + extension.version());
            } else if (VersionText.compare(here.version(), extension.version()) < 0) {
                lacking.add(extension.name() + " " + extension.version() + " (it has " + here.version() + ")");
            } else if (!here.creatable() && !extension.name().equals("plpgsql")) {
                forbidden.add(extension.name());
            }
        }
        List<Fault> faults = new ArrayList<>();
        if (!lacking.isEmpty()) {
            faults.add(new Fault(
                    ErrorCode.MISSING_EXTENSION,
                    (lacking.size() == 1 ? "this server lacks the extension " : "this server lacks the extensions ")
                            + String.join(", ", lacking),
                    "install the packages that contain them (on Debian and Ubuntu such as postgresql-"
                            + session.serverVersion() / 10000 + "-postgis-3)"));
        }
        if (!forbidden.isEmpty() && !session.isSuperuser()) {
            faults.add(
                    new Fault(
                            ErrorCode.MISSING_PRIVILEGE,
                            "only a superuser may create the extension" + (forbidden.size() == 1 ? " " : "s ")
                                    + String.join(", ", forbidden),
                            "where the site does not need it, DROP EXTENSION on the primary; where it is harmless, write trusted = true into its control file"
                                    + " (PostgreSQL 13 and later); else database.user must be a superuser for imports (docs/security.md)"));
        }
        return faults;
    }

    private Map<String, Available> available() {
        return session
                .query(
                        session.serverVersion() >= 130000 ? FROM_13 : BEFORE,
                        row -> new Available(row.text("name"), row.text("default_version"), row.flag("everybody")))
                .stream()
                .collect(Collectors.toMap(Available::name, Function.identity()));
    }
}
