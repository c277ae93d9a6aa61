package io.understudy.filestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options;
import io.understudy.config.S3Options.ServerSideEncryption;
import io.understudy.filestore.Content;
import io.understudy.filestore.WriteBatch;
import io.understudy.filestore.s3.ScriptedStore.Reply;
import io.understudy.filestore.s3.ScriptedStore.Request;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How the store is to keep objects is said with every write, however it is made. */
class WriteHeadersTest {
    /** More than the client puts into one part by itself. */
    private static final int LARGE = 6 << 20;

    @Test
    void withAKeyOfTheStoresKeyService() throws IOException {
        assertThat(headers(new S3Options(
                        S3Options.NONE.endpoint(),
                        S3Options.NONE.keys(),
                        ServerSideEncryption.KMS,
                        Optional.of("arn:aws:kms:eu-west-1:1:key/2"),
                        Optional.of("STANDARD_IA"),
                        Optional.empty())))
                .containsOnly(Map.of(
                        "x-amz-server-side-encryption", "aws:kms",
                        "x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:1:key/2",
                        "x-amz-storage-class", "STANDARD_IA"));
    }

    @Test
    void withKeysOfTheStore() throws IOException {
        assertThat(headers(new S3Options(
                        S3Options.NONE.endpoint(),
                        S3Options.NONE.keys(),
                        ServerSideEncryption.S3,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())))
                .containsOnly(Map.of("x-amz-server-side-encryption", "AES256"));
    }

    @Test
    void orNothing() throws IOException {
        assertThat(headers(S3Options.NONE)).containsOnly(Map.of());
    }

    private static List<Map<String, String>> headers(S3Options options) throws IOException {
        try (ScriptedStore store = new ScriptedStore(request -> request.method().equals("HEAD")
                        ? Reply.status(404)
                        : request.headers().containsKey("if-none-match")
                                ? Reply.error(412, "PreconditionFailed")
                                : Reply.status(200));
                S3Filestore filestore = new S3Filestore(store.settings(options), new FakeTicker())) {
            filestore.put("a", Content.of(new byte[1]));
            filestore.put("b", Content.of(new byte[LARGE]));
            try (WriteBatch batch = filestore.batch()) {
                batch.put("c", Content.of(new byte[1]));
                batch.settle();
            }
            assertThat(filestore.putIfAbsent("d", new byte[1])).isFalse();
            List<Request> writes = store.requests().stream()
                    .filter(request -> !request.method().equals("HEAD"))
                    .toList();
            assertThat(writes).as("three, the probe of conditions, and one").hasSize(5);
            assertThat(writes).allMatch(request -> request.method().equals("PUT"));
            return writes.stream().map(WriteHeadersTest::kept).toList();
        }
    }

    private static Map<String, String> kept(Request request) {
        return request.headers().entrySet().stream()
                .filter(header -> header.getKey().matches("x-amz-(server-side|storage|object-lock).*"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
