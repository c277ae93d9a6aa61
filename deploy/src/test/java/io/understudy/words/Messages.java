package io.understudy.words;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Finds every message with its hint, and every line of the log, in the sources of the agents, as the compiler reads them. */
final class Messages {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES = List.of("common", "agent-primary", "agent-replica");
    private static final String VALUE = "…";
    private static final Set<String> LOGGED = Set.of("info", "warn", "error");

    private Messages() {}

    /** By code, then by text. */
    static List<Message> all() throws IOException {
        List<Message> found = new ArrayList<>();
        scan(found, new ArrayList<>());
        found.sort(Comparator.comparing(Message::code).thenComparing(Message::message));
        return found.stream().distinct().toList();
    }

    /** What goes to the log from {@code info} on and is no event; by class, in the order of the source. */
    static List<LogLine> logLines() throws IOException {
        List<LogLine> lines = new ArrayList<>();
        scan(new ArrayList<>(), lines);
        return lines.stream()
                .sorted(Comparator.comparing(LogLine::source))
                .distinct()
                .toList();
    }

    private static void scan(List<Message> found, List<LogLine> lines) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources()));
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(
                                found,
                                lines,
                                Path.of(unit.getSourceFile().getName()).getFileName())
                        .scan(unit, null);
            }
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String module : MODULES) {
            try (Stream<Path> walk = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                walk.filter(file -> file.toString().endsWith(".java")).sorted().forEach(all::add);
            }
        }
        return all;
    }

    private static final class Scanner extends TreeScanner<Void, Void> {
        private final List<Message> found;
        private final List<LogLine> lines;
        private final Path file;

        Scanner(List<Message> found, List<LogLine> lines, Path file) {
            this.found = found;
            this.lines = lines;
            this.file = file;
        }

        @Override
        public Void visitNewClass(NewClassTree made, Void none) {
            if (made.getIdentifier().toString().equals("UnderstudyException")) {
                List<? extends ExpressionTree> values = made.getArguments();
                found.add(new Message(code(values.get(0)), text(values.get(1)), text(values.get(2)), file.toString()));
            }
            return super.visitNewClass(made, none);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            if (call.getMethodSelect() instanceof MemberSelectTree method
                    && method.getExpression().toString().matches("LOG|logger\\(\\)")
                    && LOGGED.contains(method.getIdentifier().toString())) {
                String text = text(call.getArguments().get(0)).replace("{}", VALUE);
                lines.add(new LogLine(
                        file.toString().replace(".java", ""),
                        method.getIdentifier().toString(),
                        text));
            }
            return super.visitMethodInvocation(call, none);
        }

        private static String code(ExpressionTree value) {
            return value instanceof MemberSelectTree constant
                            && constant.getExpression().toString().endsWith("ErrorCode")
                    ? constant.getIdentifier().toString()
                    : VALUE;
        }

        private static String text(Tree value) {
            if (value instanceof ParenthesizedTree inner) {
                return text(inner.getExpression());
            }
            if (value instanceof LiteralTree literal) {
                return literal.getValue() instanceof String string ? string : VALUE;
            }
            if (value instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
                return (text(sum.getLeftOperand()) + text(sum.getRightOperand())).replace(VALUE + VALUE, VALUE);
            }
            if (value instanceof ConditionalExpressionTree choice) {
                return "[" + text(choice.getTrueExpression()) + "|" + text(choice.getFalseExpression()) + "]";
            }
            return VALUE;
        }
    }
}
