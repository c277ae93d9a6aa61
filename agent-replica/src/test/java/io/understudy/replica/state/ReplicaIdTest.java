package io.understudy.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaIdTest {
    @TempDir
    Path folder;

    @Test
    void isMadeOnceAndKept() {
        ReplicaId here = new ReplicaId(folder.resolve("state"));
        assertThat(here.read()).isEmpty();

        assertThat(here.get()).isPresent().isEqualTo(here.get()).isEqualTo(here.read());
        assertThat(new ReplicaId(folder.resolve("state")).get()).isEqualTo(here.get());
        assertThat(new ReplicaId(folder.resolve("other")).get()).isNotEqualTo(here.get());
    }

    @Test
    void aCopyOfTheFolderIsAnotherStandby() throws IOException {
        ReplicaId here = new ReplicaId(folder.resolve("state"), machine("a"));
        here.get();
        Files.createDirectories(folder.resolve("copy"));
        Files.copy(folder.resolve("state/replica-id"), folder.resolve("copy/replica-id"));

        assertThat(new ReplicaId(folder.resolve("copy"), machine("a")).get())
                .isPresent()
                .isNotEqualTo(here.get());
        assertThat(new ReplicaId(folder.resolve("state"), machine("b")).get())
                .isPresent()
                .isNotEqualTo(here.get());
        assertThat(new ReplicaId(folder.resolve("state"), folder.resolve("container")).get())
                .isPresent();
        assertThat(new ReplicaId(folder.resolve("state"), machine("a")).get()).isEqualTo(here.get());
    }

    private Path machine(String name) throws IOException {
        return Files.writeString(folder.resolve("machine-" + name), name + "\n");
    }

    @Test
    void aDamagedOneIsReplaced() throws IOException {
        Files.writeString(folder.resolve("replica-id"), "\u0000");
        ReplicaId here = new ReplicaId(folder);

        assertThat(here.get()).isPresent().isEqualTo(here.read());
    }

    @Test
    void whereItCannotBeKeptThereIsNone() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(new ReplicaId(file.resolve("state")).get()).isEmpty();
    }
}
