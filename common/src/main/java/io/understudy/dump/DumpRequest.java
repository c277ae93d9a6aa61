package io.understudy.dump;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;

/**
 * What of a database is asked for.
 *
 * @param tables patterns, see {@link TablePattern}; empty: all there is
 * @param excluded patterns of what is left out
 * @param parts of it
 * @param owners whether owners and rights are kept; otherwise all belongs to who loads it
 */
public record DumpRequest(List<String> tables, List<String> excluded, Parts parts, boolean owners) {
    /** The whole database. */
    public static final DumpRequest ALL = new DumpRequest(List.of(), List.of(), Parts.ALL, true);

    /** Which parts of the objects. */
    public enum Parts {
        ALL,
        SCHEMA,
        DATA
    }

    public DumpRequest {
        tables = List.copyOf(tables);
        excluded = List.copyOf(excluded);
    }

    /**
     * @param schemaOnly without rows, values of sequences and large objects
     * @param dataOnly these alone
     * @throws UnderstudyException {@code USAGE} when both are asked for
     */
    public static DumpRequest of(
            List<String> tables, List<String> excluded, boolean schemaOnly, boolean dataOnly, boolean owners) {
        if (schemaOnly && dataOnly) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--schema-only and --data-only exclude each other",
                    "give one of them, or neither for the schema and the data");
        }
        Parts parts = schemaOnly ? Parts.SCHEMA : dataOnly ? Parts.DATA : Parts.ALL;
        return new DumpRequest(tables, excluded, parts, owners);
    }

    DumpRequest withoutOwners() {
        return new DumpRequest(tables, excluded, parts, false);
    }

    boolean isOfAll() {
        return tables.isEmpty() && excluded.isEmpty();
    }

    boolean takes(ArchiveItem item) {
        return switch (parts) {
            case ALL -> true;
            case SCHEMA -> !item.isData();
            case DATA -> item.isData() && item.section() != Section.POST_DATA;
        };
    }
}
