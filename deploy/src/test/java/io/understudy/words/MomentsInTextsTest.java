package io.understudy.words;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.type.TypeMirror;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * No text for people shows nanoseconds or {@code PT1M30S}: a moment or a duration becomes text only by way of
 * {@code time.Moments} or a number with its unit. The compiler says what type each part of a text has.
 */
@Tag("slow")
class MomentsInTextsTest {
    private static final Pattern TIMES = Pattern.compile(
            "java\\.time\\.(Instant|Duration|OffsetDateTime|ZonedDateTime"
                    + "|LocalDateTime|LocalTime)|java\\.nio\\.file\\.attribute\\.FileTime|java\\.util\\.Optional<java\\.time\\..*>");

    /** Methods that make text of anything. */
    private static final Set<String> TO_TEXT = Set.of(
            "toString",
            "valueOf",
            "format",
            "formatted",
            "append",
            "printf",
            "println",
            "print",
            "trace",
            "debug",
            "info",
            "warn",
            "error");

    /**
     * What is read again: the index of a tree, an inventory, the last verification, the marker, a signed request, the
     * revisions of rows by PostgreSQL, the name of a drill.
     */
    private static final Set<String> FORMATS = Set.of(
            "Drill.java",
            "IndexLine.java",
            "Inventory.java",
            "KeptRevisions.java",
            "LastVerified.java",
            "MarkerContent.java",
            "Moments.java",
            "RevisionKeeper.java",
            "RevisionWriter.java",
            "RowErasure.java",
            "Signature.java");

    @Test
    void areCutToTheSecondOrHaveAUnit() throws IOException {
        assertThat(found(Messages.sources(), List.of()))
                .filteredOn(each -> !FORMATS.contains(each.substring(0, each.indexOf(':'))))
                .isEmpty();
    }

    @Tag("always")
    @Test
    void eachWayToShowOneIsFound() throws IOException {
        String source = """
                import java.time.*;
                class Shown {
                    String a(Instant at) { return "since " + at; }
                    String b(Duration pause) { return "for %s".formatted(pause); }
                    String c(Instant at) { return at.toString(); }
                    String d(java.util.Optional<Instant> at) { return String.valueOf(at); }
                    String e(StringBuilder text, Instant at) { return text.append(at) + ""; }
                    String f(ZonedDateTime at) { String text = ""; text += at; return text; }
                    String fine(Instant at, Duration pause) { return at.getEpochSecond() + " " + pause.toSeconds() + " s"; }
                }
                """;
        assertThat(found(List.of(), List.of(new Source("Shown", source)))).hasSize(6);
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static Set<String> found(List<Path> paths, List<Source> others) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<JavaFileObject> sources = new ArrayList<>(others);
            files.getJavaFileObjectsFromPaths(paths).forEach(sources::add);
            String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, List.of("-proc:none", "-classpath", classPath), null, sources);
            Iterable<? extends CompilationUnitTree> units = task.parse();
            task.analyze();
            Scanner scanner = new Scanner(Trees.instance(task));
            units.forEach(unit -> scanner.scan(unit, null));
            return scanner.found;
        }
    }

    private static final class Scanner extends TreePathScanner<Void, Void> {
        private final Set<String> found = new TreeSet<>();
        private final Trees trees;

        Scanner(Trees trees) {
            this.trees = trees;
        }

        @Override
        public Void visitBinary(BinaryTree sum, Void none) {
            if (sum.getKind() == Tree.Kind.PLUS) {
                Stream.of(sum.getLeftOperand(), sum.getRightOperand()).forEach(this::look);
            }
            return super.visitBinary(sum, none);
        }

        @Override
        public Void visitCompoundAssignment(com.sun.source.tree.CompoundAssignmentTree sum, Void none) {
            look(sum.getExpression());
            return super.visitCompoundAssignment(sum, none);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            if (call.getMethodSelect() instanceof MemberSelectTree select
                    && TO_TEXT.contains(select.getIdentifier().toString())) {
                call.getArguments().forEach(this::look);
                if (select.getIdentifier().contentEquals("toString")) {
                    look(select.getExpression());
                }
            }
            return super.visitMethodInvocation(call, none);
        }

        private void look(ExpressionTree part) {
            TypeMirror type = trees.getTypeMirror(new TreePath(getCurrentPath(), part));
            if (type != null && TIMES.matcher(type.toString()).matches()) {
                CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
                long line = unit.getLineMap()
                        .getLineNumber(trees.getSourcePositions().getStartPosition(unit, part));
                found.add(Path.of(unit.getSourceFile().getName()).getFileName() + ":" + line + ": " + part);
            }
        }
    }
}
