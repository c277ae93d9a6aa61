package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.SiteClient;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SampleSiteIT extends Scenario {
    @Test
    void servesWritesAsPrimaryAndReadsAloneAsStandby() {
        Server server = install(false).primary();
        SiteClient site = server.site();
        byte[] content = "öffentlich".getBytes(StandardCharsets.UTF_8);

        assertThat(site.addNote("<b>hello</b>")).isEqualTo(201);
        assertThat(site.addUpload("a b.txt", content)).isEqualTo(201);
        assertThat(site.notes()).containsExactly("<b>hello</b>", "first");
        assertThat(site.download("a b.txt")).contains(content);
        assertThat(site.page()).contains("&lt;b&gt;hello").doesNotContain("standby:");

        Folders.write(server.layout().marker(), "");
        server.siteService("restart");
        site.awaitMode("standby", ANSWERS);
        assertThat(site.addNote("refused")).isEqualTo(503);
        assertThat(site.addUpload("refused", content)).isEqualTo(503);
        assertThat(site.notes()).containsExactly("<b>hello</b>", "first");
        assertThat(site.page()).contains("This server is the standby");
    }
}
