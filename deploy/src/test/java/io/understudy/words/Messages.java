package io.understudy.words;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import io.understudy.words.Message.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Finds every message with its hint in the sources of the agents, as the compiler reads them: of failures, of what an
 * import finds before it begins, of what a standby lacks, of warnings, of answers to health checks and of the log.
 */
final class Messages {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES = List.of("common", "agent-primary", "agent-replica");
    private static final String VALUE = "…";

    /** Of {@code CheckReport.Run}; a logger's method of this name gives no check. */
    private static final Set<String> WARN = Set.of("findings.warn", "checks.warn");

    /** What goes to the log and is no event. */
    private static final Pattern LOG = Pattern.compile("(?:LOG|logger\\(\\))\\.(?:info|warn|error)");

    private Messages() {}

    /** Of failures, by code, then by text. */
    static List<Message> failures() throws IOException {
        return all().stream().filter(each -> each.kind() == Kind.FAILURE).toList();
    }

    /** By code, then by text. */
    static List<Message> all() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Message> found = new ArrayList<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources()));
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(found, Path.of(unit.getSourceFile().getName()).getFileName()).scan(unit, null);
            }
        }
        found.sort(Comparator.comparing(Message::code).thenComparing(Message::message));
        return found.stream().distinct().toList();
    }

    static List<Path> sources() throws IOException {
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
        private final Path file;
        private final Map<String, String> constants = new HashMap<>();

        Scanner(List<Message> found, Path file) {
            this.found = found;
            this.file = file;
        }

        @Override
        public Void visitNewClass(NewClassTree made, Void none) {
            String type = made.getIdentifier().toString();
            List<? extends ExpressionTree> values = made.getArguments();
            if (type.equals("UnderstudyException")) {
                add(Kind.FAILURE, code(values.get(0)), text(values.get(1)), text(values.get(2)));
            } else if (type.equals("Fault") && values.size() == 3) {
                add(Kind.FAULT, code(values.get(0)), text(values.get(1)), text(values.get(2)));
            }
            return super.visitNewClass(made, none);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            String name = call.getMethodSelect().toString();
            List<? extends ExpressionTree> values = call.getArguments();
            if (name.equals("Discrepancy.of")) {
                add(Kind.DISCREPANCY, code(values.get(1)), text(values.get(2)), text(values.get(3)));
            } else if (name.equals("denied") && file.endsWith("RoleCheck.java")) {
                add(Kind.FAULT, "MISSING_PRIVILEGE", "user … " + text(values.get(0)), text(values.get(1)));
            } else if (name.equals("CheckResult.warning") || WARN.contains(name)) {
                add(Kind.WARNING, text(values.get(0)), text(values.get(1)), text(values.get(2)));
            } else if (name.equals("Probe.down")) {
                add(Kind.PROBE, VALUE, text(values.get(0)), "");
            } else if (LOG.matcher(name).matches()) {
                String level = name.substring(name.lastIndexOf('.') + 1);
                add(Kind.LOG, level, text(values.get(0)).replace("{}", VALUE), "");
            }
            return super.visitMethodInvocation(call, none);
        }

        /** Constants stand at the top of a class, so their texts are known where they are used. */
        @Override
        public Void visitVariable(VariableTree variable, Void none) {
            String name = variable.getName().toString();
            if (name.equals(name.toUpperCase(Locale.ROOT)) && variable.getInitializer() != null) {
                constants.put(name, text(variable.getInitializer()));
            }
            return super.visitVariable(variable, none);
        }

        private void add(Kind kind, String code, String message, String hint) {
            found.add(new Message(kind, code, message, hint, file.toString()));
        }

        private static String code(ExpressionTree value) {
            return value instanceof MemberSelectTree constant
                            && constant.getExpression().toString().endsWith("ErrorCode")
                    ? constant.getIdentifier().toString()
                    : VALUE;
        }

        private String text(Tree value) {
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
            return value instanceof IdentifierTree named
                    ? constants.getOrDefault(named.getName().toString(), VALUE)
                    : VALUE;
        }
    }
}
