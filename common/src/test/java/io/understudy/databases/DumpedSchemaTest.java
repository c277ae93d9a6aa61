package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DumpedSchemaTest {
    private static final String DUMP = """
            INSERT INTO a VALUES ('ö\\nALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_bin ;');
            ALTER DATABASE `my``shop` CHARACTER SET latin1 COLLATE latin1_bin ;
            DELIMITER ;;
            CREATE PROCEDURE b() BEGIN
            ALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_bin ;
            END ;;
            ALTER DATABASE `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;;
            DELIMITER ;
            ALTER TABLE `shop` ADD a INT ;
            -- Dump completed""";

    private static final String WITHOUT = DUMP.replace("DATABASE `my``shop` CH", "DATABASE CH")
            .replace("ALTER DATABASE `shop` CHARACTER SET utf8mb4", "ALTER DATABASE CHARACTER SET utf8mb4");

    @Test
    void itsNameIsLeftOutOfTheStatementsOfADumpAlone() {
        assertThat(WITHOUT).isNotEqualTo(DUMP);
        assertThat(DumpedSchema.without(DUMP)).isEqualTo(WITHOUT);
    }

    @Test
    void howeverTheStreamIsCut() throws IOException {
        byte[] bytes = DUMP.getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size < bytes.length; size += 7) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            DumpedSchema filter = new DumpedSchema(text);
            for (int at = 0; at < bytes.length; at += size) {
                filter.write(bytes, at, Math.min(size, bytes.length - at));
            }
            filter.finish();
            assertThat(text.toString(StandardCharsets.UTF_8)).isEqualTo(WITHOUT);
        }
    }

    @Test
    void aLongLineIsPassedOn() {
        String line = "ALTER DATABASE `" + "a".repeat(5000) + "\n\nb\n";
        assertThat(DumpedSchema.without(line)).isEqualTo(line);
    }
}
