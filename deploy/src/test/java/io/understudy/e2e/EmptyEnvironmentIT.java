package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.ServerPair;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Services start with an empty environment; names of files are bytes, whatever they look like. */
@Tag("slow")
class EmptyEnvironmentIT extends Scenario {
    private static final Duration LIMIT = Duration.ofSeconds(180);

    /** Latin-1, broken UTF-8, a newline, spaces, a name that starts with a dash: each holds its own name as content. */
    private static final String CREATE = """
            cd "$1" && mkdir -p "$(printf 'fold\\351r')/empty" &&
            for name in "$(printf 'caf\\351')" "$(printf '\\377\\376x')" "$(printf 'a\\nb')" '  spaces  ' '-dash' 'gr\u00fcn' "$(printf 'fold\\351r/in')"
            do printf '%s' "$name" >./"$name"; done && ln -s "$(printf 'caf\\351')" "$(printf 'link\\351')"
            """;

    private static final String LIST =
            "cd \"$1\" && find . -name .understudy -prune -o ! -name '.*incoming*' -printf '%P|%y|%l\\n' | LC_ALL=C sort | od -An -c";

    @Test
    void everyNameArrivesByteForByte() {
        ServerPair pair = initialised(false);
        Path from = pair.primary().layout().media();
        Path to = pair.standby().layout().media();
        shell(CREATE, from);

        pair.primary()
                .primaryProgram("snapshot")
                .inEmptyEnvironment()
                .run(LIMIT)
                .successful();
        pair.standby().replicaProgram("sync").inEmptyEnvironment().run(LIMIT).successful();

        assertThat(shell(LIST, to).output()).isEqualTo(shell(LIST, from).output());
        assertThat(shell("diff -r --no-dereference -x .understudy \"$1\" '" + from + "'", to)
                        .output())
                .isEmpty();
    }

    private static Outcome shell(String script, Path folder) {
        return Program.of("sh", "-c", script, "sh", folder).run(LIMIT).successful();
    }
}
