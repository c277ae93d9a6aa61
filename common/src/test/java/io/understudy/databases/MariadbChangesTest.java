package io.understudy.databases;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a standby has otherwise in a schema, on a real MariaDB server. */
@Tag("slow")
class MariadbChangesTest extends SchemaChangesContract {
    MariadbChangesTest() {
        super(SchemaServer.mariadb());
    }

    @Test
    @Tag("always")
    void aTextOrACommentThatNamesItDoesNot() {
        server.sql("USE shop; CREATE TRIGGER texts BEFORE UPDATE ON customer FOR EACH ROW"
                + " SET NEW.name = CONCAT('it''s an@shop.example', '' /* shop.log */) # of shop.log\n");
        byte[] dump = dump();
        afterLoad("DELETE FROM customer WHERE id < 0");
        database().restore(place(1), out -> out.write(dump));
    }
}
