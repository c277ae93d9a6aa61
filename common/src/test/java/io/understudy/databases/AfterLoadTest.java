package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AfterLoadTest {
    private static AfterLoad of(String sql) {
        return new AfterLoad(Path.of("/etc/after.sql"), "SELECT 1;\n" + sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "use shop;",
                "\tUSE `shop`;",
                "USE`shop`",
                "\\u shop",
                "SELECT 1; USE shop; DELETE FROM t",
                "connect shop",
                "\\r shop",
                "SELECT 'it''s', \"a\\\"b\"; \\u shop",
                "/* c */ USE shop",
                "/*!50003 USE shop */",
                "/*M! use shop */",
                "SELECT `a\\`; USE shop",
                "SELECT 1\\G USE shop"
            })
    void whatLeavesTheCopyIsRefused(String sql) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> of(sql).requireOneSchema());
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("/etc/after.sql (databases[].after_load): line 2 changes the schema");
        assertThat(e.hint()).contains("name tables without a schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1;\nUSE shop//",
                "DELIMITER //\nUSE shop//",
                "SELECT 1//\nconnect shop",
                "DELIMITER $$\nBEGIN NOT ATOMIC SELECT 1; END$$\nUSE shop$$"
            })
    void norIsItWithAnotherDelimiter(String sql) {
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> of("DELIMITER //\n" + sql).requireOneSchema());
        assertThat(e).hasMessageContaining("changes the schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source /etc/more.sql",
                "\\. /etc/more.sql",
                "SELECT 1 \\! id",
                "tee /tmp/a",
                "\\d //",
                "charset utf8mb4\nUSE shop",
                "exit"
            })
    void whatTheClientDoesIsRefused(String sql) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> of(sql).requireOneSchema());
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("line 2 has a command of the client");
        assertThat(e.hint()).contains("write SQL alone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT '; USE shop', \"; USE shop\", `; USE shop`",
                "SELECT 'a\\'; USE shop'",
                "# ; use shop",
                "/* ; USE shop; */ SELECT 1",
                "SELECT 1 -- it's\n; SELECT \\N",
                "DELIMITER $$\nBEGIN NOT ATOMIC SELECT 1; END$$\nDELIMITER ;\nSELECT 2",
                "SELECT 1 /* left open; USE",
                "SELECT 'left open; USE",
                "-- use shop",
                "DELETE FROM t\n  USE INDEX (a)",
                "UPDATE users SET a = 1",
                "used = 1",
                "/*M!999999\\- enable the sandbox mode */\nSELECT 1",
                "SELECT 'x\\u'"
            })
    void whatStaysInItIsNot(String sql) {
        AfterLoad script = of(sql);
        assertThat(script.requireOneSchema()).isSameAs(script);
    }
}
