package io.understudy.setup;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilestoreWritesTest {
    private final InMemoryFilestore store = new InMemoryFilestore(new FakeTicker());

    @Test
    void leavesNothingWhereItMayDelete() {
        CheckResult result = FilestoreWrites.primary(store);
        assertThat(result.message()).isEqualTo("memory: can be written, with conditional writes");
        assertThat(result.hint()).isNull();
        assertThat(store.keys()).isEmpty();
    }

    @Test
    void writesOneObjectAgainAndAgainWhereItMayNotDelete() {
        store.inject(denied(Operation.DELETE));
        for (int run = 0; run < 2; run++) {
            assertThat(FilestoreWrites.primary(store).message()).contains("nothing deleted with these keys");
            assertThat(store.keys()).containsExactly("probe/check");
        }
    }

    @Test
    void saysWhatIsMissingWithoutConditions() {
        store.withoutConditionalPut();
        assertThat(FilestoreWrites.primary(store).message()).contains("no conditional writes");
        assertThat(FilestoreWrites.standby(store, "understudy.json").message()).contains("no conditional writes");
    }

    /** @param written what the store says of each conditional write, whether there is such an object or not */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStoreThatDoesNotLookIsUnsafe(boolean written) {
        assertFails(ErrorCode.FILESTORE_FAILED, () -> FilestoreWrites.primary(answering("putIfAbsent", written)));
        assertThat(store.keys()).isEmpty();
    }

    @Test
    void anyOtherFailureIsOne() {
        store.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertFails(ErrorCode.FILESTORE_UNREACHABLE, () -> FilestoreWrites.primary(store));
        store.inject(denied(Operation.PUT_IF_ABSENT));
        assertFails(ErrorCode.FILESTORE_DENIED, () -> FilestoreWrites.primary(store));
    }

    @Test
    void aStandbyMayDoWithout() {
        Filestore denying = answering("capabilities", null);
        assertThat(FilestoreWrites.standby(denying, "understudy.json").message())
                .contains("can only be read");
        store.inject(denied(Operation.STAT));
        assertFails(ErrorCode.FILESTORE_DENIED, () -> FilestoreWrites.standby(denying, "understudy.json"));
        assertThat(FilestoreWrites.standby(store, "understudy.json").message()).isEqualTo("memory:");
    }

    private static Faults denied(Operation denied) {
        return (operation, key) ->
                operation == denied ? new Faults.Fail(ErrorCode.FILESTORE_DENIED) : new Faults.None();
    }

    /** @param answer null: the store denies it */
    private Filestore answering(String method, Object answer) {
        return (Filestore) Proxy.newProxyInstance(
                Filestore.class.getClassLoader(), new Class<?>[] {Filestore.class}, (proxy, called, values) -> {
                    if (called.getName().equals(method)) {
                        if (answer == null) {
                            throw new UnderstudyException(ErrorCode.FILESTORE_DENIED, "cannot: denied", "give it keys");
                        }
                        return answer;
                    }
                    try {
                        return called.invoke(store, values);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
