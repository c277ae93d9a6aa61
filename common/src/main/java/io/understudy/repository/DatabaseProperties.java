package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What belongs to the database itself and is not in a dump of its content.
 *
 * @param encoding as PostgreSQL names it: {@code UTF8}
 * @param provider {@code libc}, {@code icu} or {@code builtin}
 * @param icuLocale the provider's own locale; null with libc
 * @param icuRules the database's own additions to that locale's order; null when there are none
 * @param connectionLimit -1: none
 * @param settings of {@code ALTER DATABASE … SET} and {@code ALTER ROLE … IN DATABASE … SET}
 * @param grants on the database; null when the privileges are the built-in ones
 * @param roles that owners, grants and policies of the content name, sorted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatabaseProperties(
        String encoding,
        String collate,
        String ctype,
        String provider,
        String icuLocale,
        String icuRules,
        String collationVersion,
        String owner,
        int connectionLimit,
        String comment,
        List<Setting> settings,
        List<Grant> grants,
        List<Extension> extensions,
        List<String> roles) {
    public DatabaseProperties {
        settings = List.copyOf(settings);
        grants = grants == null ? null : List.copyOf(grants);
        extensions = List.copyOf(extensions);
        roles = List.copyOf(roles);
    }

    /** @param role null: for all roles */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Setting(String role, String name, String value) {}

    /** @param grantee null: PUBLIC */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Grant(String grantor, String grantee, String privilege, boolean grantable) {}

    public record Extension(String name, String version, String schema) {}
}
