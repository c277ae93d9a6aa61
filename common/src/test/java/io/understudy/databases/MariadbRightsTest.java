package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The accounts that a schema needs, and their rights, on a real MariaDB server. */
@Tag("slow")
class MariadbRightsTest extends SchemaRightsContract {
    MariadbRightsTest() {
        super(SchemaServer.mariadb());
    }

    /** Those of the reference deployment, either of whose servers may be the standby. */
    @Test
    void anAccountWithTheRightsOfTheExampleDoesAll() throws IOException {
        server.sql(Files.readString(Path.of("../deploy/examples/wordpress/accounts.sql"))
                .replace("wordpress", "shop")
                .replace("<password of the agents>", "pass"));
        Path login = Files.writeString(
                folder.resolve("understudy.cnf"),
                Files.readString(server.options()).replace("user=root", "user=understudy\npassword=pass"));
        server.sql("CREATE ROLE callers; GRANT EXECUTE ON PROCEDURE shop.count_all TO callers");
        String grants = server.sql("SHOW GRANTS FOR callers");
        byte[] all = dump();
        SiteDatabase database = database(login);
        assertThat(database.checkStandby()).doesNotContain("cannot be");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        database.dump(in -> in.transferTo(out), () -> {});
        assertThat(out.toByteArray()).isEqualTo(all);

        change();
        database.restore(place(1), to -> to.write(all));
        database.swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
        assertThat(server.sql("SHOW GRANTS FOR callers")).isEqualTo(grants).contains("count_all");
        database.undo(place(1));
        assertThat(server.sql(STATE)).isEqualTo(LATER);
        server.sql("DROP ROLE callers; DROP USER understudy@localhost; DROP USER shop@localhost");
    }

    /** With its body, which goes with it. */
    @Test
    @Tag("always")
    void aPackageIsExchangedAndTakenBackWithTheRightsOnIt() {
        server.sql("CREATE USER caller@localhost; USE shop; SET sql_mode = 'ORACLE';\nDELIMITER //\n"
                + "CREATE PACKAGE sums AS FUNCTION one RETURN INT; END//\n"
                + "CREATE PACKAGE BODY sums AS FUNCTION one RETURN INT AS BEGIN RETURN 1; END; END//\nDELIMITER ;\n"
                + "GRANT EXECUTE ON PACKAGE shop.sums TO caller@localhost");
        String grants = server.sql("SHOW GRANTS FOR caller@localhost");
        byte[] dump = dump();
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql("SELECT shop.sums.one()")).isEqualTo("1");
        assertThat(server.sql("SHOW GRANTS FOR caller@localhost")).isEqualTo(grants);
        database.undo(place(1));
        assertThat(server.sql("SELECT shop.sums.one()")).isEqualTo("1");
        assertThat(server.sql("SHOW GRANTS FOR caller@localhost"))
                .isEqualTo(grants)
                .contains("sums");
        server.sql("DROP USER caller@localhost");
    }
}
