package io.understudy.postgres;

import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.digest.RowDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The stored values of generated columns, as a digest that two servers can compare: COPY carries them out, but not in.
 */
public final class GeneratedValues {
    private GeneratedValues() {}

    /**
     * @param qualified the table; its partitions and children are not read
     * @param columns that are not generated; they distinguish the rows where there is no key
     * @param key without generated columns
     * @param generated the columns to compare
     * @param encoding of the rows: that of the primary's database
     */
    public static Generated read(
            Session session,
            String qualified,
            List<String> columns,
            List<String> key,
            List<String> generated,
            String encoding) {
        List<String> all = new ArrayList<>(key.isEmpty() ? columns : key);
        all.addAll(generated);
        RowDigest digest = new RowDigest(all, key);
        String list = all.stream().map(Sql::identifier).collect(Collectors.joining(", "));
        session.copyOut(
                "COPY (SELECT " + list + " FROM ONLY " + qualified + ") TO STDOUT (FORMAT text, ENCODING "
                        + Sql.literal(encoding) + ")",
                digest);
        return new Generated(generated, digest.digest());
    }
}
