package io.understudy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {
    @ParameterizedTest
    @CsvSource({
        "pg_dump (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1), 15.6",
        "*** zstd command line interface 64-bits v1.5.4, 1.5.4",
        "no number, ?"
    })
    void findsAVersion(String printed, String version) {
        assertThat(Machine.version(printed)).isEqualTo(version);
    }
}
