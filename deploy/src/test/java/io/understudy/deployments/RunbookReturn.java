package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.RunbookPage;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The return of an old primary, line by line as the runbook of {@code failover.md} says, by an operator who answers
 * {@code y}.
 *
 * @param serves the server that was promoted
 */
record RunbookReturn(Deployment all, SiteServer old, SiteServer serves) {
    private static final Pattern SAVED =
            Pattern.compile("what this server never shipped is orphan ([0-9]{8}-[0-9]{8})");

    /** @return what it never shipped; empty where it shipped all */
    Optional<Orphan> run() {
        List<String> lines = RunbookPage.of("failover.md").commands("The runbook", 1);
        assertThat(lines).hasSize(4);

        String said = all.types(old, lines.get(0)).output();
        Matcher saved = SAVED.matcher(said);
        Optional<Orphan> orphan = saved.find() ? Optional.of(new Orphan(serves, saved.group(1))) : Optional.empty();
        assertThat(said)
                .contains(orphan.isPresent() ? "orphans show" : "nothing to save", "this server is a standby now");
        assertThat(old.marked()).isTrue();
        all.types(old, lines.get(1));
        orphan.ifPresent(each -> assertThat(
                        all.types(old, lines.get(2).replace("ID", each.id())).output())
                .containsPattern("table |database |tree "));
        assertThat(all.types(old, lines.get(3)).output())
                .contains("in backup mode")
                .doesNotContain("not in backup mode");
        return orphan;
    }
}
