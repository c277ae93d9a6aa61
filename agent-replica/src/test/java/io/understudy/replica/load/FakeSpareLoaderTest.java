package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.apply.LiveDatabases.Arrangement;
import io.understudy.replica.fakes.FakeDatabaseServer;
import io.understudy.replica.fakes.FakeLiveDatabases;
import io.understudy.replica.fakes.FakeSpareLoader;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.StreamRef;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

class FakeSpareLoaderTest extends SpareLoaderContract {
    private FakeDatabaseServer server;

    @Override
    protected String newSite() {
        server = new FakeDatabaseServer(7);
        return "site";
    }

    @Override
    protected SpareLoader open(String site) {
        return new FakeSpareLoader(server, site);
    }

    @Override
    protected Manifest snapshot(int sequence) {
        DatabaseProperties properties = new DatabaseProperties(
                "UTF8", "C", "C", "libc", null, null, null, "o", -1, null, List.of(), null, List.of(), List.of());
        TableData table = new TableData(
                "public", "t", List.of("a"), List.of(), 1, 2, null, null, new TableContent(stream(sequence + "\n")));
        DatabaseData data = RealSnapshot.data(blobs, "site", properties, stream("archive " + sequence), List.of(table));
        return RealSnapshot.manifest(data, sequence, 150000, "15.0");
    }

    private StreamRef stream(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return StreamRef.of(List.of(blobs.put(bytes, 0, bytes.length)));
    }

    @Override
    protected DatabaseIdentity create(String name) {
        return server.create(name, Optional.empty());
    }

    @Override
    protected void rename(String from, String to) {
        new FakeLiveDatabases(server, names.live())
                .arrange(new Arrangement(named(from), Optional.empty(), Optional.empty()));
    }

    @Override
    protected Optional<DatabaseIdentity> named(String name) {
        return server.named(name);
    }
}
