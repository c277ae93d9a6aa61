package io.understudy.mutations;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A program that runs the tests {@code package.Class#method} that it is given and says what became of them by its exit
 * code.
 */
final class NamedTests implements TestExecutionListener {
    static final int PASSED = 0;
    static final int FAILED = 10;
    /** Nothing ran, or what ran was not what was compiled. */
    static final int VOID = 11;

    private final List<Throwable> failures = new ArrayList<>();
    private int ended;
    /** An engine that fails as a whole has found no tests. */
    private boolean discovered = true;

    private NamedTests() {}

    public static void main(String[] tests) {
        NamedTests listener = new NamedTests();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(tests)
                        .map(test -> test.split("#"))
                        .map(test -> selectMethod(test[0] + "#" + method(test)))
                        .toList())
                .filters(EngineFilter.includeEngines("junit-jupiter"))
                .build();
        LauncherFactory.create().execute(request, listener);
        listener.failures.forEach(failure -> System.out.println("failed: " + failure));
        // Threads of a broken program may live on.
        Runtime.getRuntime().halt(listener.verdict());
    }

    /** With the types of its parameters, which the name alone does not show. */
    private static String method(String[] test) {
        try {
            for (Class<?> type = Class.forName(test[0]); type != null; type = type.getSuperclass()) {
                for (var method : type.getDeclaredMethods()) {
                    if (method.getName().equals(test[1]) && !method.isSynthetic()) {
                        String types = String.join(
                                ",",
                                Arrays.stream(method.getParameterTypes())
                                        .map(Class::getName)
                                        .toList());
                        return test[1] + "(" + types + ")";
                    }
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
        throw new IllegalArgumentException("no test " + String.join("#", test));
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest()) {
            ended++;
        }
        if (result.getStatus() == Status.FAILED) {
            failures.add(result.getThrowable().orElseThrow());
            discovered &= test.getParentId().isPresent();
        }
    }

    private int verdict() {
        if (!discovered || failures.stream().anyMatch(LinkageError.class::isInstance) || ended + failures.size() == 0) {
            return VOID;
        }
        return failures.isEmpty() ? PASSED : FAILED;
    }
}
