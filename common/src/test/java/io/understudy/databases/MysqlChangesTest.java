package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.UnderstudyException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a standby has otherwise in a schema, on a real MySQL server. */
@Tag("mysql")
class MysqlChangesTest extends SchemaChangesContract {
    MysqlChangesTest() {
        super(SchemaServer.mysql());
    }

    /** The server shows the quotes otherwise, so what follows one may be text or not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET @a = 'it''s'; DELETE FROM shop.log WHERE m = 'x';",
                "SET @a = '/*'; DELETE FROM shop/* c */.log;",
                "SET @a = 'an@shop.example';"
            })
    void aTriggerWhoseTextsNameWhatIsLiveStopsTheRestoreToo(String body) {
        server.sql("USE shop;\nDELIMITER //\nCREATE TRIGGER texts BEFORE UPDATE ON customer FOR EACH ROW BEGIN " + body
                + " END//");
        byte[] dump = dump();
        afterLoad("DELETE FROM customer WHERE id < 0");
        UnderstudyException e = failure(() -> database().restore(place(1), out -> out.write(dump)));
        assertThat(e).hasMessageContaining("the trigger texts of the snapshot names the schema shop, which is live");
    }
}
