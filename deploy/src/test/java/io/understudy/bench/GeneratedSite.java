package io.understudy.bench;

import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Server;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Function;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The site that is measured: generated from a seed, always the same, growing by one per cent when asked. Not
 * thread-safe.
 */
final class GeneratedSite {
    private static final long SEED = 1_616;
    private static final int BUFFER = 1 << 16;

    private final PostgresServer database;
    private final MediaFiles media;
    private final Rows rows = new Rows(SEED);
    private final Scale scale;
    private int growths;
    private int scattered;

    GeneratedSite(Server server, int megabytes, MediaFiles.Mix mix) {
        this.database = server.database();
        this.media = new MediaFiles(server.layout().media(), SEED, mix);
        this.scale = new Scale(megabytes);
    }

    void generate() {
        try (Connection connection = database.connect("site");
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE site");
            for (SiteTable table : SiteTable.values()) {
                statement.execute(table.creation());
                copy(connection, table, 1, scale.rows(table));
            }
            statement.execute("CREATE INDEX ON article USING gin (search)");
            statement.execute("CREATE INDEX ON document USING gin (content jsonb_path_ops)");
            statement.execute("CREATE INDEX ON comment (article)");
            statement.execute("CREATE INDEX ON event (at)");
            statement.execute("ANALYZE");
            for (SiteTable table : SiteTable.values()) {
                // The first reader of a row notes that it is committed; none of the contenders shall be that one.
                statement.execute("SELECT count(*) FROM " + table.sqlName());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        media.write(0, scale.files());
    }

    /** One per cent more: rows at the end of each table, and files. */
    void grow() {
        growths++;
        try (Connection connection = database.connect("site");
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE site");
            for (SiteTable table : SiteTable.values()) {
                copy(connection, table, end(scale.rows(table), growths - 1) + 1, end(scale.rows(table), growths));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        media.write((int) end(scale.files(), growths - 1), (int) end(scale.files(), growths));
    }

    /** Changes one per cent of the rows of each table: the newest. */
    void changeRecent() {
        changeAll(table -> table.change("id > (SELECT max(id) FROM " + table.sqlName() + ") * 0.99"));
    }

    /** Changes one per cent of the rows of each table, at random. */
    void changeScattered() {
        scattered++;
        changeAll(table -> table.change("hashtext(id::text || '" + scattered + "') % 100 = 0"));
    }

    void changeOne() {
        database.execute("site", SiteTable.AUTHOR.change("id = 7"));
    }

    private void changeAll(Function<SiteTable, String> change) {
        for (SiteTable table : SiteTable.values()) {
            database.execute("site", change.apply(table));
        }
    }

    String size() {
        return database.query("postgres", "SELECT pg_size_pretty(pg_database_size('site'))")
                .get(0);
    }

    int files() {
        return scale.files();
    }

    private static long end(long original, int growths) {
        return original + original * growths / 100;
    }

    private void copy(Connection connection, SiteTable table, long first, long last) throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table.sqlName() + " (" + table.filled() + ") FROM STDIN");
        StringBuilder buffer = new StringBuilder(BUFFER * 2);
        for (long number = first; number <= last; number++) {
            buffer.append(rows.row(table, number, scale));
            if (buffer.length() >= BUFFER || number == last) {
                byte[] bytes = buffer.toString().getBytes(StandardCharsets.US_ASCII);
                copy.writeToCopy(bytes, 0, bytes.length);
                buffer.setLength(0);
            }
        }
        copy.endCopy();
    }
}
