package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The exchange of a schema with what is live, and the way back, on a real MySQL server. */
@Tag("mysql")
class MysqlExchangeTest extends SchemaExchangeContract {
    MysqlExchangeTest() {
        super(SchemaServer.mysql());
    }

    /** Routines use them, and no table brings them along. */
    @Test
    void aLibraryIsExchangedAndTakenBack() {
        server.requireVersion(9, 2, 0);
        server.sql("CREATE LIBRARY shop.first LANGUAGE JAVASCRIPT AS 'one'");
        byte[] dump = dump();
        server.sql("DROP LIBRARY shop.first; CREATE LIBRARY shop.second LANGUAGE JAVASCRIPT AS 'two'");
        String libraries = "SELECT GROUP_CONCAT(library_definition) FROM information_schema.libraries"
                + " WHERE library_schema = 'shop'";
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(libraries)).isEqualTo("one");
        database.undo(place(1));
        assertThat(server.sql(libraries)).isEqualTo("two");
    }
}
