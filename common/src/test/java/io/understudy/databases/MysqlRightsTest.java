package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The accounts that a schema needs, and their rights, on a real MySQL server. */
@Tag("mysql")
class MysqlRightsTest extends SchemaRightsContract {
    MysqlRightsTest() {
        super(SchemaServer.mysql());
    }

    /** An account that is no superuser's, with the rights that the page names. */
    @Test
    void anAccountWithTheRightsOfThePageDoesAll() throws IOException {
        server.requireVersion(8, 2, 0);
        server.sql("CREATE USER agent@localhost IDENTIFIED BY 'pass'; GRANT ALL ON `shop%`.* TO agent@localhost"
                + " WITH GRANT OPTION; GRANT SELECT ON mysql.user TO agent@localhost;"
                + " GRANT SELECT ON mysql.procs_priv TO agent@localhost");
        SiteDatabase database = database(login("agent"));
        assertThat(database.checkStandby())
                .contains("; triggers and functions cannot be made here", "ERROR 1419", "SUPER privilege");
        server.sql("SET GLOBAL log_bin_trust_function_creators = 1");
        assertThat(database.checkStandby())
                .contains("; what runs with the rights of another account cannot be made here", "ERROR 1227")
                .doesNotContain("triggers and functions cannot");
        server.sql(
                "GRANT SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER, SYSTEM_USER, SHOW_ROUTINE ON *.* TO agent@localhost");
        assertThat(database.checkStandby()).doesNotContain("cannot be");
        assertThat(database.check()).startsWith("schema shop of MySQL ");

        byte[] dump = dump();
        change();
        database.restore(place(1), out -> out.write(dump));
        database.swap(place(1));
        assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
        database.undo(place(1));
        assertThat(server.sql(STATE)).isEqualTo(LATER);
        server.sql("SET GLOBAL log_bin_trust_function_creators = 0; DROP USER agent@localhost");
    }

    /** A right that is missing may make it smaller without an error. */
    @Test
    void theRightsOfThePageSufficeForAWholeDump() throws IOException {
        server.requireVersion(8, 0, 20);
        byte[] all = dump();
        server.sql("CREATE USER reader@localhost IDENTIFIED BY 'pass';"
                + " GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON shop.* TO reader@localhost;"
                + " GRANT SHOW_ROUTINE ON *.* TO reader@localhost");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SiteDatabase database = database(login("reader"));
        assertThat(database.check()).startsWith("schema shop of MySQL ");
        database.dump(in -> in.transferTo(out), () -> {});
        assertThat(out.toByteArray()).isEqualTo(all);
        server.sql("DROP USER reader@localhost");
    }

    private Path login(String user) throws IOException {
        return Files.writeString(
                folder.resolve(user + ".cnf"),
                Files.readString(server.options()).replace("user=root", "user=" + user + "\npassword=pass"));
    }
}
