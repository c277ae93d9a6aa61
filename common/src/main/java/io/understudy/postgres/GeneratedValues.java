package io.understudy.postgres;

import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.RowDigest;
import java.util.List;
import java.util.stream.Collectors;

/** The stored values of generated columns, as a digest that two servers can compare: COPY carries them out, but not in. */
public final class GeneratedValues {
    private GeneratedValues() {}

    /**
     * @param qualified the table; its partitions and children are not read
     * @param columns the generated ones, and those that tell its rows apart
     * @param encoding of the rows: that of the primary's database
     */
    public static Generated read(Session session, String qualified, List<String> columns, String encoding) {
        RowDigest digest = new RowDigest();
        String list = columns.stream().map(Sql::identifier).collect(Collectors.joining(", "));
        session.copyOut(
                "COPY (SELECT " + list + " FROM ONLY " + qualified + ") TO STDOUT (FORMAT text, ENCODING "
                        + Sql.literal(encoding) + ")",
                digest);
        return new Generated(columns, digest.toString());
    }
}
