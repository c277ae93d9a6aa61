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
            DELIMITER ;;
            /*!50003 CREATE*/ /*!50017 DEFINER=`an``TRIGGER x`@`%`*/ /*!50003 TRIGGER
            /* shop.a */ shop . ноted -- shop.b
             AFTER INSERT
             ON `sh``op`.`orders` FOR EACH ROW
            INSERT INTO shop.log SELECT 'TRIGGER shop.c AFTER INSERT ON shop.d FOR EACH' */;;
            /*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER
            IF NOT EXISTS`shop`.`no.ted`BEFORE UPDATE ON`shop`.`a b`FOR EACH ROW SET @a = shop.f() */;;
            /*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER plain
            AFTER DELETE ON orders FOR EACH ROW DELETE FROM shop.log */;;
            /*!50003 CREATE*/ /*!50020 DEFINER=`a`@`%`*/ /*!50003 PROCEDURE old()
            BEGIN SELECT 1 FROM shop.log; END */;;
            DELIMITER ;
            ALTER DATABASE `shop` CHARACTER SET ascii COLLATE ascii_bin ;
            -- Dump completed""";

    private static final String WITHOUT = DUMP.replace("DATABASE `my``shop` CH", "DATABASE CH")
            .replace("ALTER DATABASE `shop` CHARACTER SET utf8mb4", "ALTER DATABASE CHARACTER SET utf8mb4")
            .replace("`shop` CHARACTER SET ascii", "CHARACTER SET ascii")
            .replace("shop . ноted", "ноted")
            .replace("`sh``op`.`orders`", "`orders`")
            .replace("`shop`.`no.ted`", "`no.ted`")
            .replace("`shop`.`a b`", "`a b`");

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
