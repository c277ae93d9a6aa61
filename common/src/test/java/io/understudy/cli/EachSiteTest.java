package io.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.SiteFolder;
import io.understudy.failure.ErrorCode;
import io.understudy.testing.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EachSiteTest {
    @TempDir
    private Path folder;

    /** Also for a script, which sees nothing before all have answered. */
    @Test
    void oneThatNeverAnswersIsNotWaitedForLongerThanTheLimit() throws Exception {
        write("blog");
        write("hangs");
        write("shop");
        CountDownLatch never = new CountDownLatch(1);
        List<String> shown = new ArrayList<>();
        FakeTicker ticker = new FakeTicker();
        EachSite each = new EachSite(ticker);

        List<EachSite.Answer> answers = each.run(
                SiteFolder.of(folder),
                settings -> {
                    if (settings.site().equals("hangs")) {
                        await(never);
                    }
                    each.takes(settings.site(), settings::site);
                    return 0;
                },
                Duration.ofMinutes(5),
                answer -> {
                    shown.add(answer.site());
                    // Behind the first the others are no longer waited for in order, behind the second not at all.
                    ticker.advance(shown.size() == 1 ? Duration.ofSeconds(6) : Duration.ofMinutes(5));
                });

        never.countDown();
        assertThat(answers).extracting(EachSite.Answer::site).containsExactly("blog", "hangs", "shop");
        assertThat(answers)
                .extracting(EachSite.Answer::exitCode)
                .containsExactly(0, ErrorCode.AGENT_UNREACHABLE.exitCode(), 0);
        assertThat(answers.get(1).text()).contains("no answer for site hangs within 300 seconds", "--site hangs");
        assertThat(shown).containsExactly("blog", "shop", "hangs");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void write(String site) throws IOException {
        Files.writeString(
                folder.resolve(site + ".yaml"),
                "site: " + site
                        + "\nmarker: /srv/BACKUP\ndatabase: {url: \"jdbc:postgresql://localhost/site\", user: site}\n"
                        + "filestore: {url: \"file:///srv/store\"}\n");
    }
}
