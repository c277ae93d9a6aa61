package io.understudy.mutations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Breaks each promise's keepers, one at a time, and demands that the named test fails. {@code deploy/mutations} runs
 * it. The broken class is compiled next to the sound ones and comes before them in the class path of a Java of its own,
 * so the working tree is not touched.
 *
 * <p>{@code -Dunderstudy.mutations=1,7} takes those of two promises; a word takes those whose description or classes
 * hold it.
 */
class MutationRun {
    private static final long LIMIT_SECONDS = 180;
    /** Of all tests that are named of one module. */
    private static final long LIMIT_OF_MODULE_SECONDS = 1200;

    private static final List<String> AGENTS = List.of("agent-primary", "agent-replica");

    @TempDir
    private Path temp;

    /** A test that fails anyway notices nothing. */
    @Test
    void everyNamedTestPassesOnSoundCode() throws Exception {
        for (String module : List.of("common", "agent-primary", "agent-replica", "deploy")) {
            String[] tests = chosen().filter(
                            mutation -> mutation.test().module().equals(module))
                    .map(MutationRun::selector)
                    .distinct()
                    .toArray(String[]::new);
            if (tests.length > 0) {
                assertThat(run(temp.resolve("none"), module, LIMIT_OF_MODULE_SECONDS, tests))
                        .as(module + "\n" + Files.readString(temp.resolve("output")))
                        .isEqualTo(NamedTests.PASSED);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chosen")
    void isNoticed(Mutation mutation) throws Exception {
        Path broken = compile(mutation);
        assertThat(run(broken, mutation.test().module(), LIMIT_SECONDS, selector(mutation)))
                .as(mutation.name() + "\n" + Files.readString(temp.resolve("output")))
                .isEqualTo(NamedTests.FAILED);
    }

    private static String selector(Mutation mutation) {
        return mutation.test().type() + "#" + mutation.test().method();
    }

    private Path compile(Mutation mutation) throws IOException {
        String type = mutation.keeper().type();
        Path source = temp.resolve("source/" + type.replace('.', '/') + ".java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, mutation.broken());
        Path classes = Files.createDirectory(temp.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter words = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-d", classes.toString(), "-cp", classPath(classes), "-proc:none", "-nowarn", "--release", "17");
            boolean compiled = compiler.getTask(words, files, null, options, null, files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled)
                    .as(mutation.name() + " does not compile:\n" + words)
                    .isTrue();
        }
        return classes;
    }

    private int run(Path first, String module, long limit, String... tests) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(first),
                NamedTests.class.getName()));
        command.addAll(List.of(tests));
        Process process = new ProcessBuilder(command)
                .directory(Mutation.ROOT.resolve(module).toFile())
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("output").toFile())
                .start();
        if (!process.waitFor(limit, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            // A test that never ends does not pass either.
            return NamedTests.FAILED;
        }
        return process.exitValue();
    }

    /** This module's own, which has everything but the other modules' tests. */
    private static String classPath(Path first) {
        return Stream.concat(
                        Stream.concat(
                                Stream.of(first.toString()),
                                AGENTS.stream()
                                        .map(agent -> Mutation.ROOT
                                                .resolve(agent + "/target/test-classes")
                                                .toString())),
                        Arrays.stream(System.getProperty("java.class.path").split(":")))
                .collect(Collectors.joining(":"));
    }

    static Stream<Mutation> chosen() {
        List<String> wanted = Arrays.stream(
                        System.getProperty("understudy.mutations", "").split(","))
                .filter(word -> !word.isBlank())
                .toList();
        return MutationsTest.all()
                .filter(mutation -> wanted.isEmpty() || wanted.stream().anyMatch(word -> isMeant(mutation, word)));
    }

    private static boolean isMeant(Mutation mutation, String word) {
        return word.equals(String.valueOf(mutation.promise()))
                || mutation.breaks().contains(word)
                || mutation.keeper().type().contains(word)
                || mutation.test().type().contains(word);
    }
}
