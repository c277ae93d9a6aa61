package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The accounts that a schema needs, and their rights; on a real server of any product. */
abstract class SchemaRightsContract extends SchemaFixture {
    SchemaRightsContract(SchemaServer on) {
        super(on);
    }

    /** An account of another server: what runs with its rights fails, and the rest of the site does not. */
    @Test
    void accountsThatAreMissingHereAreNamed() {
        server.sql("CREATE USER 'an@editor'@'%'; CREATE ROLE keepers; USE shop;"
                + " CREATE DEFINER = 'an@editor'@'%' VIEW edited AS SELECT 1 AS a;"
                + " CREATE DEFINER = 'an@editor'@'%' PROCEDURE edit() SELECT 1;"
                + " CREATE DEFINER = keepers PROCEDURE kept() SELECT 1");
        byte[] dump = dump();
        server.sql("DROP VIEW shop.edited; DROP PROCEDURE shop.edit; DROP USER 'an@editor'@'%'");
        SiteDatabase database = database();
        assertThat(database.warnings(Optional.empty())).isEmpty();

        database.restore(place(1), out -> out.write(dump));

        String missing = "procedure edit, view edited as an@editor@%";
        assertThat(database.warnings(Optional.of(place(1)))).containsExactly(missing);
        database.swap(place(1));
        assertThat(server.sql(STATE)).startsWith("Ann");
        assertThat(database.warnings(Optional.empty())).containsExactly(missing);
        assertThat(database.checkStandby()).contains("; an account does not exist on this server: " + missing);
        server.sql("CREATE USER 'an@editor'@'%' ACCOUNT LOCK");
        assertThat(database.warnings(Optional.empty())).isEmpty();
        assertThat(database.warnings(Optional.of(place(1)))).isEmpty();
        assertThat(server.sql("SELECT a FROM shop.edited")).isEqualTo("1");
        server.sql("DROP DATABASE shop; DROP USER 'an@editor'@'%'; DROP ROLE keepers");
    }

    /** The server takes those on a routine away with the routine, which an exchange drops and makes again. */
    @Test
    void rightsStayThroughASwapAndItsReturn() {
        server.sql("CREATE USER app@localhost; CREATE USER definer@localhost; CREATE ROLE callers;"
                + " GRANT SELECT ON shop.customer TO app@localhost; GRANT SELECT (id) ON shop.orders TO app@localhost;"
                + " GRANT SELECT ON shop.names TO app@localhost; GRANT INSERT ON shop.orders TO app@localhost;"
                + " GRANT EXECUTE ON PROCEDURE shop.count_all TO app@localhost WITH GRANT OPTION;"
                + " GRANT EXECUTE, ALTER ROUTINE ON FUNCTION shop.next_of TO callers;"
                + " GRANT TRIGGER ON shop.orders TO definer@localhost; GRANT INSERT ON shop.log TO definer@localhost;"
                + " GRANT SELECT ON shop.orders TO definer@localhost;"
                + " DROP TRIGGER shop.noted; CREATE DEFINER = definer@localhost TRIGGER shop.noted AFTER INSERT"
                + " ON shop.orders FOR EACH ROW INSERT INTO shop.log (m) VALUES (new.id)");
        String before = grants();
        assertThat(before).contains("PROCEDURE `shop`.`count_all`", "FUNCTION `shop`.`next_of`", "GRANT OPTION");
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(grants()).isEqualTo(before);
        String inserted = "INSERT INTO shop.orders (cid) VALUES (1); SELECT COUNT(*) FROM shop.log";
        assertThat(server.sql(inserted))
                .as("the trigger runs with its definer's rights")
                .isEqualTo("3");

        database.undo(place(1));
        assertThat(grants()).isEqualTo(before);

        // One that is gone by then keeps the others from nothing.
        database.restore(place(2), out -> out.write(dump));
        killedBefore(exchange + 1, () -> database.swap(place(2)));
        server.sql("DROP ROLE callers");
        database.swap(place(2));
        assertThat(server.sql("SHOW GRANTS FOR app@localhost")).contains("PROCEDURE `shop`.`count_all`");
        server.sql("DROP USER app@localhost; DROP USER definer@localhost");
    }

    private String grants() {
        return server.sql("SHOW GRANTS FOR app@localhost; SHOW GRANTS FOR callers; SHOW GRANTS FOR definer@localhost")
                .lines()
                .sorted()
                .collect(java.util.stream.Collectors.joining("\n"));
    }
}
