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
    @ValueSource(strings = {"use shop;", "\tUSE `shop`;", "USE`shop`", "\\u shop"})
    void whatLeavesTheCopyIsRefused(String sql) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, () -> of(sql).requireOneSchema());
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
        assertThat(e).hasMessageContaining("/etc/after.sql (databases[].after_load): line 2 changes the schema");
        assertThat(e.hint()).contains("name tables without a schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-- use shop",
                "DELETE FROM t\n  USE INDEX (a)",
                "UPDATE users SET a = 1",
                "used = 1",
                "SELECT 'x\\u'"
            })
    void whatStaysInItIsNot(String sql) {
        AfterLoad script = of(sql);
        assertThat(script.requireOneSchema()).isSameAs(script);
    }
}
