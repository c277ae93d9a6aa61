package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The exchange of a schema with what is live, and the way back, on a real MariaDB server. */
@Tag("slow")
class MariadbExchangeTest extends SchemaExchangeContract {
    MariadbExchangeTest() {
        super(SchemaServer.mariadb());
    }

    /** It is renamed as tables are, and its state is content. */
    @Test
    @Tag("always")
    void aSequenceIsExchangedAndTakenBack() {
        server.sql("CREATE SEQUENCE shop.numbers START WITH 5");
        byte[] dump = dump();
        server.sql("SELECT SETVAL(shop.numbers, 8)");
        SiteDatabase database = database();
        database.restore(place(1), out -> out.write(dump));
        Optional<String> restored = database.fingerprint(Optional.of(place(1)));
        database.swap(place(1));
        assertThat(database.fingerprint(Optional.empty())).isPresent().isEqualTo(restored);
        assertThat(server.sql("SELECT NEXT VALUE FOR shop.numbers")).isEqualTo("5");
        assertThat(database.fingerprint(Optional.empty())).isNotEqualTo(restored);
        database.undo(place(1));
        assertThat(server.sql("SELECT NEXT VALUE FOR shop.numbers")).isEqualTo("9");
    }
}
