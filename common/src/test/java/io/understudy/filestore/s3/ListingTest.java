package io.understudy.filestore.s3;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.s3.ScriptedStore.Reply;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Listings as no store should give them. */
class ListingTest {
    private static final String DATE = "<LastModified>2026-11-20T10:00:00.000Z</LastModified>";

    private ScriptedStore store;

    @BeforeEach
    void start() throws IOException {
        store = new ScriptedStore(request -> Reply.status(200));
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private S3Filestore listing(String contents) {
        String body =
                "<ListBucketResult><Name>backups</Name><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"
                        + contents + "</ListBucketResult>";
        store.script(request -> new Reply(200, Map.of("Content-Type", "application/xml"), body));
        S3Options options = S3Options.NONE;
        return new S3Filestore(store.settings(options), new FakeTicker());
    }

    @Test
    void anObjectWhoseNameCannotBeDecodedIsPassedOver() {
        try (S3Filestore filestore = listing("<Contents><Key>example/a%zz</Key>" + DATE + "<Size>1</Size></Contents>"
                + "<Contents><Key>example/b</Key>" + DATE + "<Size>1</Size></Contents>")) {
            assertThat(filestore.page("", "").objects())
                    .extracting(ObjectInfo::key)
                    .containsExactly("b");
        }
    }

    /** Its age decides what retention deletes. */
    @Test
    void anObjectWithoutADateFailsTheListing() {
        try (S3Filestore filestore = listing("<Contents><Key>example/b</Key><Size>1</Size></Contents>")) {
            assertFails(ErrorCode.FILESTORE_FAILED, () -> filestore.page("", ""));
        }
    }
}
