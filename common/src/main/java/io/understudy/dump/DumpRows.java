package io.understudy.dump;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSource;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/** The rows of a snapshot's tables. @param filter of those that were erased since; empty: none were */
record DumpRows(BlobSource blobs, Optional<ErasedFilter> filter) implements RowScript.Source {
    @Override
    public InputStream rows(TableData table) {
        return filter.map(each -> each.rows(table)).orElseGet(() -> TableRows.all(table, blobs));
    }

    @Override
    public long count(TableData table) {
        return table.rows() - filter.map(each -> each.leftOut(table)).orElse(0L);
    }

    @Override
    public OptionalLong bytes(TableData table) {
        boolean whole = table.content().deltas().isEmpty()
                && !filter.map(each -> each.touches(table)).orElse(false);
        return whole ? OptionalLong.of(table.content().base().bytes()) : OptionalLong.empty();
    }
}
