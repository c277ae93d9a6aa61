package io.understudy.replica.load;

import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.TableData;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the rows of a table go: into that table, but for partitions by the hash of an enum. An enum's values hash by
 * their OIDs, which differ on every server, so those rows go into the root, and PostgreSQL finds their partition.
 *
 * <p>Source: {@code forcePartitionRootLoad} of pg_dump.
 */
final class CopyTargets {
    private static final String BY_HASH_OF_ENUM = """
            SELECT n.nspname AS schema, c.relname AS name, rn.nspname AS root_schema, r.relname AS root
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_class r ON r.oid = pg_catalog.pg_partition_root(c.oid)
            JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
            WHERE c.relispartition AND c.relkind = 'r' AND EXISTS (
                SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) a(relation)
                JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = a.relation
                JOIN pg_catalog.pg_opclass o ON o.oid = ANY (p.partclass::oid[])
                WHERE p.partstrat = 'h' AND o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace)
            """;

    private final Map<String, String> roots = new HashMap<>();

    private CopyTargets() {}

    /** @param session of the spare database, its schema restored */
    static CopyTargets of(Session session) {
        CopyTargets targets = new CopyTargets();
        session.query(
                BY_HASH_OF_ENUM,
                row -> targets.roots.put(
                        Sql.qualified(row.text("schema"), row.text("name")),
                        Sql.qualified(row.text("root_schema"), row.text("root"))));
        return targets;
    }

    /** The qualified name for {@code COPY … FROM}. */
    String of(TableData table) {
        String own = Sql.qualified(table.schema(), table.name());
        return roots.getOrDefault(own, own);
    }
}
