package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

class SlowTestsTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofMillis(30_001);

    private final SlowTests extension = new SlowTests(LIMIT);

    private static final class EndToEndIT {}

    @Test
    void failsATestThatTakesLongAndDoesNotSaySo() {
        assertThatThrownBy(() -> extension.check(test(SlowTestsTest.class, Set.of("other")), LONG))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("30.001 s")
                .hasMessageContaining("@Tag(\"slow\")");
    }

    @Test
    void passesWhatIsShortOrTaggedOrEndToEndOrNotJudged() {
        assertThatCode(() -> {
                    extension.check(test(SlowTestsTest.class, Set.of()), LIMIT);
                    extension.check(test(SlowTestsTest.class, Set.of("slow")), LONG);
                    extension.check(test(EndToEndIT.class, Set.of()), LONG);
                    new SlowTests(Duration.ZERO).check(test(SlowTestsTest.class, Set.of()), LONG);
                })
                .doesNotThrowAnyException();
    }

    private static ExtensionContext test(Class<?> type, Set<String> tags) {
        return (ExtensionContext) Proxy.newProxyInstance(
                SlowTestsTest.class.getClassLoader(),
                new Class<?>[] {ExtensionContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getTags" -> tags;
                    case "getRequiredTestClass" -> type;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
