package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that may stand where the agents keep small objects: each is passed over, and what is good stays seen. */
@Timeout(120)
class KindsOfJunkTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final UUID ID = new UUID(7, 7);
    private static final List<String> NAMES = List.of(
            "manifests/00000001-00000003.json",
            "manifests/00000003-00000003.json",
            "epochs/00000002.json",
            "replicas/b.json",
            "retention.json",
            "understudy.json");

    @TempDir
    private Path root;

    private final FakeTicker time = new FakeTicker();
    private Filestore store;

    enum Kind {
        EMPTY {
            @Override
            void make(Path name) throws IOException {
                Files.write(name, new byte[0]);
            }
        },
        HUGE {
            @Override
            void make(Path name) throws IOException {
                try (RandomAccessFile sparse = new RandomAccessFile(name.toFile(), "rw")) {
                    sparse.setLength(1L << 40);
                }
            }
        },
        NESTED {
            @Override
            void make(Path name) throws IOException {
                Files.writeString(name, "{\"name\":" + "[".repeat(60_000) + "\n");
            }
        },
        NESTED_OBJECTS {
            @Override
            void make(Path name) throws IOException {
                Files.writeString(name, "{\"a\":".repeat(12_000) + "\ned25519 0123456789abcdef aa==\n");
            }
        },
        TWICE {
            @Override
            void make(Path name) throws IOException {
                Files.writeString(name, "{\"format\":2,\"format\":2,\"name\":\"b\",\"name\":\"b\"}\n");
            }
        },
        NUMBERS {
            @Override
            void make(Path name) throws IOException {
                Files.writeString(name, "{\"format\":1e99999,\"name\":" + "9".repeat(60_000) + "}\nx y z\n");
            }
        },
        NULLS {
            @Override
            void make(Path name) throws IOException {
                Files.writeString(name, "{\"format\":2,\"name\":null,\"when\":null,\"holds\":[null]}\nnull\n");
            }
        },
        NO_TEXT {
            @Override
            void make(Path name) throws IOException {
                Files.write(name, new byte[] {'{', '"', (byte) 0xff, (byte) 0xc0, 0, '\n', (byte) 0xed, '\n'});
            }
        },
        FOLDER {
            @Override
            void make(Path name) throws IOException {
                Files.createDirectories(name.resolve("00000001-00000009.json"));
            }
        },
        FIFO {
            @Override
            void make(Path name) throws IOException {
                run("mkfifo", name.toString());
            }
        },
        SOCKET {
            @Override
            void make(Path name) throws IOException {
                Path made = Files.createTempDirectory("s").resolve("s");
                try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    socket.bind(UnixDomainSocketAddress.of(made));
                }
                Files.move(made, name);
            }
        },
        DANGLING {
            @Override
            void make(Path name) throws IOException {
                Files.createSymbolicLink(name, Path.of("/nonexistent"));
            }
        },
        ROUND {
            @Override
            void make(Path name) throws IOException {
                Files.createSymbolicLink(name, name);
            }
        },
        ZEROS {
            @Override
            void make(Path name) throws IOException {
                Files.createSymbolicLink(name, Path.of("/dev/zero"));
            }
        },
        OUT {
            @Override
            void make(Path name) throws IOException {
                Files.createSymbolicLink(name, Path.of("/etc/passwd"));
            }
        },
        OUT_TO_FOLDER {
            @Override
            void make(Path name) throws IOException {
                Files.createSymbolicLink(name, Path.of("/proc/self"));
            }
        };

        abstract void make(Path name) throws IOException;

        static void run(String... command) throws IOException {
            try {
                new ProcessBuilder(command).inheritIO().start().waitFor();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void create() {
        store = new DirectoryFilestore(root);
        fill(store);
    }

    private void fill(Filestore filestore) {
        Repository repository = Repository.create(filestore, ID, SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
        repository.epochs().claim(EpochsTest.claim(1, "a"), KEY);
        repository.commit(Manifests.sample(id(1, 1)), KEY);
        repository.commit(Manifests.sample(id(1, 2)), KEY);
        repository.reports().write(report("c"));
    }

    private static ReplicaReport report(String name) {
        return new ReplicaReport(
                name,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Instant.EPOCH,
                "0.1.0",
                Optional.empty(),
                Optional.empty());
    }

    private Repository open(Filestore filestore) {
        return Repository.open(filestore, SITE, TrustedKeys.of(KEY.publicKey()), time.clock(), Optional.of(ID));
    }

    @ParameterizedTest
    @EnumSource
    void isPassedOver(Kind kind) throws IOException {
        for (String name : NAMES) {
            Path file = root.resolve(name);
            run("rm", "-rf", file.toString());
            kind.make(file);
        }
        goesOn(store);
        for (String name : List.of("replicas/b.json", "retention.json", "understudy.json")) {
            store.put(name, Content.of(new byte[] {'x'}));
            assertThat(store.stat(name)).as(name).isPresent();
        }
    }

    private static void run(String... command) throws IOException {
        Kind.run(command);
    }

    /** All that a promotion, an import, a snapshot and retention ask of the small objects. */
    private void goesOn(Filestore filestore) {
        Repository repository = open(filestore);
        assertThat(repository.identityJunk()).isPresent();
        assertThat(repository.newest()).contains(id(1, 2));
        assertThat(repository.epochs().above(0).highest()).isEqualTo(1);
        assertThat(repository.epochs().above(1).junk())
                .extracting(JunkObject::key)
                .contains("epochs/00000002.json");
        assertThat(repository.epochs().next(1)).isEqualTo(3);
        assertThat(repository.reports().all()).extracting(ReplicaReport::name).containsExactly("c");
        assertThat(repository.reports().holders(List.of("c"), Instant.MIN, Instant.MAX))
                .extracting(ReplicaReport::name)
                .containsExactly("c");
        repository.commit(Manifests.sample(repository.nextId(1)), KEY);
        assertThat(repository.newest()).contains(id(1, 4));
        repository.epochs().claim(EpochsTest.claim(3, "b"), KEY);
        repository.commit(Manifests.sample(repository.nextId(3)), KEY);
        repository.pruneMarker().begin("a", 3, Instant.EPOCH);
        repository.repairIdentity();
        assertThat(repository.identityJunk()).isEmpty();
    }

    /** On S3 an object may be encrypted with a key that the agent lacks, or be in an archive. */
    @Test
    void isPassedOverWhereItMayNotBeRead() {
        InMemoryFilestore memory = new InMemoryFilestore(time);
        fill(memory);
        NAMES.forEach(name -> memory.put(name, Content.of(new byte[1])));
        memory.inject((operation, key) -> NAMES.contains(key) && operation == Faults.Operation.OPEN
                ? new Faults.Fail(ErrorCode.FILESTORE_DENIED)
                : new Faults.None());
        Repository repository = open(memory);
        assertThat(repository.newest()).contains(id(1, 2));
        assertThat(repository.epochs().above(1).highest()).isEqualTo(1);
        assertThat(repository.epochs().next(1)).isEqualTo(3);
        assertThat(repository.reports().all()).extracting(ReplicaReport::name).containsExactly("c");
        repository.epochs().claim(EpochsTest.claim(3, "b"), KEY);
        repository.commit(Manifests.sample(repository.nextId(3)), KEY);
        assertThat(repository.newest()).contains(id(3, 4));
    }

    /** It may be the claim of a server that runs as another user: a promotion asks for --force, a primary stops. */
    @Test
    void aClaimThatMayNotBeReadStopsCommits() {
        InMemoryFilestore memory = new InMemoryFilestore(time);
        fill(memory);
        memory.put("epochs/00000002.json", Content.of(new byte[1]));
        memory.inject((operation, key) -> key.equals("epochs/00000002.json") && operation == Faults.Operation.OPEN
                ? new Faults.Fail(ErrorCode.FILESTORE_DENIED)
                : new Faults.None());
        assertThatThrownBy(() -> open(memory).commit(Manifests.sample(id(1, 3)), KEY))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_DENIED));
    }

    /** What may read nothing knows nothing: no claim and no snapshot is called junk then. */
    @Test
    void isNotMistakenForAFilestoreThatMayNotBeRead() {
        InMemoryFilestore memory = new InMemoryFilestore(time);
        fill(memory);
        Repository repository = open(memory);
        memory.inject((operation, key) ->
                operation == Faults.Operation.OPEN ? new Faults.Fail(ErrorCode.FILESTORE_DENIED) : new Faults.None());
        for (ThrowingCallable look : List.<ThrowingCallable>of(
                repository::newest, () -> repository.epochs().above(0))) {
            assertThatThrownBy(look)
                    .isInstanceOfSatisfying(
                            UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_DENIED));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifests", "epochs", "replicas"})
    void doesNotHideWhatIsGoodByItsNumber(String folder) {
        InMemoryFilestore memory = new InMemoryFilestore(time);
        fill(memory);
        for (int i = 5; i < (folder.equals("manifests") ? 9_990 : 600); i++) {
            String name = folder.equals("manifests")
                    ? String.format("00000001-%08d", i)
                    : String.format("%08d", folder.equals("epochs") && i < 300 ? i : i + 1_000_000);
            memory.put(folder + "/" + name + ".json", Content.of(new byte[] {'x', '\n'}));
        }
        Repository repository = open(memory);
        assertThat(repository.newest()).contains(id(1, 2));
        assertThat(repository.epochs().above(1).highest()).isEqualTo(1);
        assertThat(repository.reports().all()).extracting(ReplicaReport::name).contains("c");
        repository.commit(Manifests.sample(repository.nextId(1)), KEY);
    }

    @Test
    void hasNamesThatNoKeyHas() throws IOException {
        for (String folder : List.of("manifests", "epochs", "replicas")) {
            for (String name :
                    List.of("\n.json", "\u001b[31m.json", " .json", "%2e.json", "é.json", "~x.json", ".json")) {
                Files.writeString(root.resolve(folder).resolve(name), "junk\n");
            }
            run("sh", "-c", "cd '" + root.resolve(folder) + "' && touch \"$(printf '\\377\\376.json')\"");
            String deep = "d/".repeat(30);
            Files.createDirectories(root.resolve(folder).resolve(deep));
        }
        Repository repository = open(store);
        assertThat(repository.newest()).contains(id(1, 2));
        assertThat(repository.epochs().above(0).highest()).isEqualTo(1);
        assertThat(repository.reports().all()).extracting(ReplicaReport::name).containsExactly("c");
    }

    @Test
    void mayVanishOrBeCutOffWhileItIsRead() throws IOException {
        Path claim = root.resolve("epochs/00000001.json");
        byte[] whole = Files.readAllBytes(root.resolve(id(1, 2).key()));
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
            Files.write(root.resolve(id(1, 2).key()), Arrays.copyOf(whole, length));
            assertThat(open(store).newest()).contains(id(1, 1));
        }
        Files.delete(root.resolve(id(1, 2).key()));
        assertThat(open(store).newest()).contains(id(1, 1));
        Files.delete(claim);
        assertThat(open(store).epochs().above(0).highest()).isZero();
    }
}
