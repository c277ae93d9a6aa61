package io.understudy.deployments;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/** Prints the ends of all logs of a deployment when a test of it fails, and skips those after it. */
final class PrintsLogs implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        print(context, failure);
        throw failure;
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        print(context, failure);
        throw failure;
    }

    private static void print(ExtensionContext context, Throwable failure) {
        if (!(failure instanceof TestAbortedException)
                && context.getRequiredTestInstance() instanceof DeploymentTest test) {
            test.fail();
            System.out.println(test.logsText());
        }
    }
}
