package io.understudy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerFolderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c config_file=/etc/x | /var/lib/postgresql/15/main",
                "postgres -D/srv/data | /srv/data",
                "/usr/bin/postmaster --data_directory=/srv/data | /srv/data",
                "/usr/bin/postgres -c config_file=/etc/x | none",
                "/usr/bin/postgres -D | none",
                "/usr/bin/postgres -D relative | none",
                "containerd-shim -D /srv/data | none",
                "'' | none"
            })
    void isReadFromTheCommandLine(String command, String folder) {
        assertThat(ServerFolder.in(List.of(command.split(" "))))
                .isEqualTo(Optional.ofNullable(folder).map(Path::of));
    }
}
