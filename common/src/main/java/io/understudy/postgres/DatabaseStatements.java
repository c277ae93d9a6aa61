package io.understudy.postgres;

import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Grant;
import io.understudy.repository.DatabaseProperties.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The SQL that makes a database's own properties those of a snapshot: what {@code pg_dump --create} writes, but for the
 * name.
 *
 * @param name of the database that gets them
 */
public record DatabaseStatements(String name, DatabaseProperties properties) {

    /**
     * @param owner its owner
     * @param serverVersion {@code server_version_num} of the server that creates it
     */
    public static String create(String name, DatabaseProperties properties, String owner, int serverVersion) {
        StringBuilder sql = new StringBuilder("CREATE DATABASE " + Sql.identifier(name))
                .append(" TEMPLATE template0 OWNER ")
                .append(Sql.identifier(owner))
                .append(" ENCODING ")
                .append(Sql.literal(properties.encoding()))
                .append(" LC_COLLATE ")
                .append(Sql.literal(properties.collate()))
                .append(" LC_CTYPE ")
                .append(Sql.literal(properties.ctype()));
        if (serverVersion >= 150000) {
            sql.append(provider(properties));
        }
        return sql.toString();
    }

    private static String provider(DatabaseProperties properties) {
        return switch (properties.provider()) {
            case "icu" -> " LOCALE_PROVIDER icu ICU_LOCALE " + Sql.literal(properties.icuLocale()) + rules(properties);
            case "builtin" -> " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + Sql.literal(properties.icuLocale());
            default -> " LOCALE_PROVIDER libc";
        };
    }

    private static String rules(DatabaseProperties properties) {
        return properties.icuRules() == null ? "" : " ICU_RULES " + Sql.literal(properties.icuRules());
    }

    public Optional<String> comment() {
        return Optional.ofNullable(properties.comment())
                .map(comment -> "COMMENT ON DATABASE " + Sql.identifier(name) + " IS " + Sql.literal(comment));
    }

    public String setting(Setting setting) {
        String whose = setting.role() == null
                ? "ALTER DATABASE " + Sql.identifier(name)
                : "ALTER ROLE " + Sql.identifier(setting.role()) + " IN DATABASE " + Sql.identifier(name);
        return whose + " SET " + Sql.identifier(setting.name()) + " TO "
                + ConfigurationValue.sql(setting.name(), setting.value());
    }

    public String connectionLimit() {
        return "ALTER DATABASE " + Sql.identifier(name) + " CONNECTION LIMIT " + properties.connectionLimit();
    }

    /**
     * Replaces the built-in privileges by exactly those of the snapshot; empty when those are the built-in ones. To be
     * run in one transaction. A privilege that its grantor received from another role comes after that one.
     */
    public List<String> grants() {
        if (properties.grants() == null) {
            return List.of();
        }
        String on = " ON DATABASE " + Sql.identifier(name);
        List<String> statements = new ArrayList<>();
        statements.add("REVOKE ALL" + on + " FROM PUBLIC");
        statements.add("REVOKE ALL" + on + " FROM " + Sql.identifier(properties.owner()));
        for (Grant grant : GrantOrder.of(properties.owner(), properties.grants())) {
            boolean byOwner = grant.grantor().equals(properties.owner());
            if (!byOwner) {
                statements.add("SET LOCAL ROLE " + Sql.identifier(grant.grantor()));
            }
            statements.add("GRANT " + grant.privilege() + on + " TO "
                    + (grant.grantee() == null ? "PUBLIC" : Sql.identifier(grant.grantee()))
                    + (grant.grantable() ? " WITH GRANT OPTION" : ""));
            if (!byOwner) {
                statements.add("RESET ROLE");
            }
        }
        return statements;
    }
}
