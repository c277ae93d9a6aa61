package io.understudy.postgres;

/**
 * Which database it is, whatever its name: survives renames, differs after a drop and create.
 *
 * @param cluster the cluster's system identifier ({@code pg_control_system()})
 * @param oid the database's OID in {@code pg_database}
 */
public record DatabaseIdentity(long cluster, long oid) {}
