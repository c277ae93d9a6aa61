package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommentedEndsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/*!50003 TRIGGER `t` BEFORE INSERT ON `c` FOR EACH ROW set @a=1 # c */;; | /*!50003 TRIGGER `t` BEFORE INSERT ON `c` FOR EACH ROW set @a=1 # c ~*/;;",
                "/*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO set @a=1 -- d */ ;; | /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO set @a=1 -- d ~*/ ;;",
                "set @a='it''s' -- e ;; | set @a='it''s' -- e~ ;;",
                "set @a='a\\' # b' # f ;; | set @a='a\\' # b' # f~ ;;",
                "set @a=/* x */ 1 # g ;; | set @a=/* x */ 1 # g~ ;;",
                "set @a=1 # a*/ ;; | set @a=1 # a~*/ ;;",
            })
    void theEndOfAStatementIsBroughtOutOfAComment(String line, String broken) throws IOException {
        assertThat(filtered(code(line), 1 << 20)).isEqualTo(code(broken.replace('~', '\n')));
        assertThat(filtered(code(line), 1)).isEqualTo(code(broken.replace('~', '\n')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set @a='# b' ;;",
                "set @a=\"-- b\" ;;",
                "set @`#`=1 */;;",
                "set @a='two\n# lines ;;\n' ;;",
                "/* of\n# two lines ;;\n*/ set @a=1 ;;",
                "set @a=1 # a comment\n;;",
                "set @a=2--1 ;;",
            })
    void whatIsNoCommentStays(String statement) throws IOException {
        assertThat(filtered(code(statement), 7)).isEqualTo(code(statement));
    }

    /** Rows of a table, whatever is in them. */
    @Test
    void outsideOfCodeNothingIsLookedAt() throws IOException {
        String rows = code("set @a='not closed ;;") + "INSERT INTO `a` VALUES ('x # y */;;\n');\n# z ;;\nDELIM";
        assertThat(filtered(rows, 5)).isEqualTo(rows);
    }

    private static String code(String statement) {
        return "-- a comment ;;\nDELIMITER ;;\n" + statement + "\nDELIMITER ;\n";
    }

    private static String filtered(String text, int part) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CommentedEnds filter = new CommentedEnds(out);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += part) {
            filter.write(bytes, at, Math.min(part, bytes.length - at));
        }
        filter.finish();
        return out.toString(StandardCharsets.UTF_8);
    }
}
